// Arithmetic of two or more tensors with broadcasting.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/elementwise.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::Tensor;

struct AddOp {
  template <class T>
  T operator()(T a, T b) const {
    return wrapping(a, b, std::plus<>());
  }
};
struct SubOp {
  template <class T>
  T operator()(T a, T b) const {
    return wrapping(a, b, std::minus<>());
  }
};
struct MulOp {
  template <class T>
  T operator()(T a, T b) const {
    return wrapping(a, b, std::multiplies<>());
  }
};
/// Integers truncate; division by zero, which the standard leaves open, gives 0.
struct DivOp {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) {
        return 0;
      }
      if (std::is_signed_v<T> && b == static_cast<T>(-1)) {
        return wrapping(T{0}, a, std::minus<>());
      }
      return static_cast<T>(a / b);
    } else {
      return a / b;
    }
  }
};
/// NaN wins, as in NumPy.
struct MaxOp {
  template <class T>
  T operator()(T a, T b) const {
    return a > b || a != a ? a : b;
  }
};
struct MinOp {
  template <class T>
  T operator()(T a, T b) const {
    return a < b || a != a ? a : b;
  }
};
/// The sign of the divisor (Python) for fmod=0, of the dividend (C) for fmod=1.
struct ModOp {
  bool c_sign;
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0 || (std::is_signed_v<T> && b == static_cast<T>(-1))) {
        return 0;
      }
      const auto rest = static_cast<T>(a % b);
      const bool wrong_sign = rest != 0 && ((rest < 0) != (b < 0));
      return !c_sign && wrong_sign ? static_cast<T>(rest + b) : rest;
    } else {
      const T rest = std::fmod(a, b);
      const bool wrong_sign = rest != 0 && ((rest < 0) != (b < 0));
      return !c_sign && wrong_sign ? rest + b : rest;
    }
  }
};

template <class Op>
Result<std::vector<Datum>> binary_with(const KernelContext& context, Op op) {
  ARETE_TRY_ASSIGN(const Operands in, same_type_operands(context));
  ARETE_TRY_ASSIGN(Tensor out,
                   visit_numbers(in.a->dtype(), [&]<class T>(Type<T>) -> Result<Tensor> {
                     return binary_loop<T, T, T>(*in.a, *in.b, in.a->dtype(), op);
                   }));
  return one(std::move(out));
}

template <class Op>
Result<std::vector<Datum>> binary_kernel(KernelContext& context) {
  return binary_with(context, Op{});
}

Result<std::vector<Datum>> mod_kernel(KernelContext& context) {
  return binary_with(context, ModOp{context.node().integer_or("fmod", 0) != 0});
}

/// a to the power of b by squaring, modulo the width; a negative exponent leaves 1, -1 or 0.
template <class T>
T integer_power(T base, std::int64_t exponent) {
  if (exponent < 0) {
    const bool odd = exponent % 2 != 0;
    if (base == 1) {
      return 1;
    }
    if (std::is_signed_v<T> && base == static_cast<T>(-1)) {
      return odd ? base : static_cast<T>(1);
    }
    return 0;
  }
  std::uint64_t result = 1;
  // Sign extension is meant: powers are taken modulo 2^64.
  // NOLINTNEXTLINE(bugprone-signed-char-misuse)
  for (auto square = static_cast<std::uint64_t>(base); exponent > 0; exponent /= 2) {
    result = exponent % 2 != 0 ? result * square : result;
    square *= square;
  }
  return static_cast<T>(result);
}

/// The exponent may have a type of its own; the answer has the base's.
Result<std::vector<Datum>> pow_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* base, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* exponent, context.input(1));
  const bool integral = tensor::is_integer(exponent->dtype());
  ARETE_TRY_ASSIGN(const Tensor wide,
                   integral ? tensor_from(tensor::DType::kI64, exponent->shape(),
                                          std::span<const double>(numbers_of(*exponent)))
                            : tensor_from(tensor::DType::kF64, exponent->shape(),
                                          std::span<const double>(numbers_of(*exponent))));
  const auto by_type = [&]<class T>(Type<T>) -> Result<Tensor> {
    if constexpr (std::is_integral_v<T>) {
      if (integral) {
        return binary_loop<T, T, std::int64_t>(
            *base, wide, base->dtype(), [](T a, std::int64_t b) { return integer_power<T>(a, b); });
      }
    }
    const auto power = [](auto a, double b) {
      const double value = std::pow(static_cast<double>(a), b);
      if constexpr (std::is_integral_v<T>) {
        const bool fits = value > static_cast<double>(std::numeric_limits<T>::lowest()) - 1 &&
                          value < static_cast<double>(std::numeric_limits<T>::max());
        return fits ? static_cast<T>(value) : T{0};
      } else {
        return value;
      }
    };
    if (integral) {
      return binary_loop<T, T, std::int64_t>(
          *base, wide, base->dtype(),
          [&](auto a, std::int64_t b) { return power(a, static_cast<double>(b)); });
    }
    return binary_loop<T, T, double>(*base, wide, base->dtype(), power);
  };
  ARETE_TRY_ASSIGN(Tensor out, visit_numbers(base->dtype(), by_type));
  return one(std::move(out));
}

template <class Op>
Result<Tensor> folded_inputs(const KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* first, context.input(0));
  Tensor total = *first;
  for (std::size_t i = 1; i < context.input_count(); ++i) {
    ARETE_TRY_ASSIGN(const Tensor* next, context.input(i));
    if (next->dtype() != total.dtype()) {
      return fail(ErrorCode::kInvalid, "the inputs have different types");
    }
    ARETE_TRY_ASSIGN(total, visit_numbers(total.dtype(), [&]<class T>(Type<T>) -> Result<Tensor> {
                       return binary_loop<T, T, T>(total, *next, total.dtype(), Op{});
                     }));
  }
  return total;
}

template <class Op>
Result<std::vector<Datum>> variadic_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Tensor out, folded_inputs<Op>(context));
  return one(std::move(out));
}

Result<std::vector<Datum>> mean_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor sum, folded_inputs<AddOp>(context));
  const auto count = static_cast<double>(context.input_count());
  ARETE_TRY_ASSIGN(Tensor out, visit_floats(sum.dtype(), [&]<class T>(Type<T>) {
                     return unary_loop<T>(
                         sum, [&](auto x) { return x / static_cast<decltype(x)>(count); });
                   }));
  return one(std::move(out));
}

// --- Shape arithmetic on symbols: the output is as known as its inputs are. ---

Dim subtract(const Dim& a, const Dim& b) {
  if (a.known() && b.known()) {
    return a.size() >= b.size() ? Dim(a.size() - b.size()) : Dim();
  }
  if (b.known() && b.size() == 0) {
    return a;
  }
  return !a.symbol().empty() && a == b ? Dim(std::int64_t{0}) : Dim();
}

Dim divide(const Dim& a, const Dim& b) {
  if (a.known() && b.known() && b.size() > 0) {
    return Dim(a.size() / b.size());
  }
  return b.known() && b.size() == 1 ? a : Dim();
}

template <Dim (*kCombine)(const Dim&, const Dim&)>
Status arithmetic_rule(ShapeContext& context) {
  ARETE_TRY(broadcast_rule(context));
  const auto& a = context.input(0).elements;
  const auto& b = context.input(1).elements;
  if (!a || !b || a->empty() || b->empty() ||
      (a->size() != b->size() && a->size() != 1 && b->size() != 1)) {
    return {};
  }
  std::vector<Dim> combined;
  for (std::size_t i = 0; i < std::max(a->size(), b->size()); ++i) {
    combined.push_back(kCombine((*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]));
  }
  context.outputs()[0].elements = std::move(combined);
  return {};
}

constexpr std::array kElementwiseRows = {
    Operator{"", "Add", 1, 2, 2, binary_kernel<AddOp>, arithmetic_rule<add>},
    Operator{"", "Sub", 1, 2, 2, binary_kernel<SubOp>, arithmetic_rule<subtract>},
    Operator{"", "Mul", 1, 2, 2, binary_kernel<MulOp>, arithmetic_rule<multiply>},
    Operator{"", "Div", 1, 2, 2, binary_kernel<DivOp>, arithmetic_rule<divide>},
    Operator{"", "Mod", 10, 2, 2, mod_kernel, broadcast_rule},
    Operator{"", "Pow", 1, 2, 2, pow_kernel, broadcast_rule},
    Operator{"", "Max", 1, 1, kVariadic, variadic_kernel<MaxOp>, broadcast_rule},
    Operator{"", "Min", 1, 1, kVariadic, variadic_kernel<MinOp>, broadcast_rule},
    Operator{"", "Sum", 1, 1, kVariadic, variadic_kernel<AddOp>, broadcast_rule},
    Operator{"", "Mean", 1, 1, kVariadic, mean_kernel, broadcast_rule},
};

}  // namespace

std::span<const Operator> elementwise_family() { return kElementwiseRows; }

}  // namespace arete::model::operators
