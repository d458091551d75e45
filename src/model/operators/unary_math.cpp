// Functions of one number, and Clip.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <optional>

#include "model/operators/elementwise.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::Tensor;

/// Each is a function object on float or double, and on integers where the standard has them.
struct AbsOp {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_unsigned_v<T>) {
      return x;
    } else if constexpr (std::is_integral_v<T>) {
      return x < 0 ? wrapping(T{0}, x, std::minus<>()) : x;
    } else {
      return std::fabs(x);
    }
  }
};
struct NegOp {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_integral_v<T>) {
      return wrapping(T{0}, x, std::minus<>());
    } else {
      return -x;
    }
  }
};
struct SignOp {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(x)) {
        return x;
      }
    }
    return static_cast<T>(static_cast<int>(x > T{0}) - static_cast<int>(x < T{0}));
  }
};
struct ReciprocalOp {
  template <class T>
  T operator()(T x) const {
    return T{1} / x;
  }
};

/// A function of <cmath> as a type.
template <auto kFloat, auto kDouble>
struct MathOp {
  float operator()(float x) const { return kFloat(x); }
  double operator()(double x) const { return kDouble(x); }
};
#define ARETE_MATH(function) \
  MathOp<[](float x) { return std::function(x); }, [](double x) { return std::function(x); }>

template <class Op>
Result<std::vector<Datum>> float_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(Tensor out, visit_floats(x->dtype(), [&]<class T>(Type<T>) {
                     return unary_loop<T>(*x, Op{});
                   }));
  return one(std::move(out));
}

template <class Op>
Result<std::vector<Datum>> number_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(Tensor out, visit_numbers(x->dtype(), [&]<class T>(Type<T>) {
                     return unary_loop<T>(*x, Op{});
                   }));
  return one(std::move(out));
}

/// Bounds are attributes before opset 11, inputs since; a bound that is missing does not bind.
template <class T>
Result<std::optional<ComputeType<T>>> bound_of(const KernelContext& context, std::size_t input,
                                               std::string_view attribute) {
  using Compute = ComputeType<T>;
  if (const float* value = context.node().attribute<float>(attribute)) {
    return std::optional<Compute>(static_cast<Compute>(*value));
  }
  if (!context.has_input(input)) {
    return std::optional<Compute>();
  }
  ARETE_TRY_ASSIGN(const Tensor* tensor, context.input(input));
  if (tensor->elements() != 1 || tensor->dtype() != tensor::kDTypeOf<T>) {
    return fail(ErrorCode::kInvalid, "'{}' must be one {} number, not {} of {}", attribute,
                tensor::name_of(tensor::kDTypeOf<T>), tensor->elements(),
                tensor::name_of(tensor->dtype()));
  }
  return std::optional<Compute>(load(tensor->data<T>()[0]));
}

Result<std::vector<Datum>> clip_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  const auto by_type = [&]<class T>(Type<T>) -> Result<Tensor> {
    ARETE_TRY_ASSIGN(const auto lowest, bound_of<T>(context, 1, "min"));
    ARETE_TRY_ASSIGN(const auto highest, bound_of<T>(context, 2, "max"));
    return unary_loop<T>(*x, [&](auto value) {
      auto clipped = lowest && value < *lowest ? *lowest : value;
      return highest && clipped > *highest ? *highest : clipped;
    });
  };
  ARETE_TRY_ASSIGN(Tensor out, visit_numbers(x->dtype(), by_type));
  return one(std::move(out));
}

constexpr std::array kUnaryMathRows = {
    Operator{"", "Abs", 1, 1, 1, number_kernel<AbsOp>, same_as_input},
    Operator{"", "Neg", 1, 1, 1, number_kernel<NegOp>, same_as_input},
    Operator{"", "Sign", 9, 1, 1, number_kernel<SignOp>, same_as_input},
    Operator{"", "Reciprocal", 1, 1, 1, float_kernel<ReciprocalOp>, same_as_input},
    Operator{"", "Sqrt", 1, 1, 1, float_kernel<ARETE_MATH(sqrt)>, same_as_input},
    Operator{"", "Exp", 1, 1, 1, float_kernel<ARETE_MATH(exp)>, same_as_input},
    Operator{"", "Log", 1, 1, 1, float_kernel<ARETE_MATH(log)>, same_as_input},
    Operator{"", "Ceil", 1, 1, 1, float_kernel<ARETE_MATH(ceil)>, same_as_input},
    Operator{"", "Floor", 1, 1, 1, float_kernel<ARETE_MATH(floor)>, same_as_input},
    Operator{"", "Round", 11, 1, 1, float_kernel<ARETE_MATH(nearbyint)>, same_as_input},
    Operator{"", "Sin", 7, 1, 1, float_kernel<ARETE_MATH(sin)>, same_as_input},
    Operator{"", "Cos", 7, 1, 1, float_kernel<ARETE_MATH(cos)>, same_as_input},
    Operator{"", "Tan", 7, 1, 1, float_kernel<ARETE_MATH(tan)>, same_as_input},
    Operator{"", "Asin", 7, 1, 1, float_kernel<ARETE_MATH(asin)>, same_as_input},
    Operator{"", "Acos", 7, 1, 1, float_kernel<ARETE_MATH(acos)>, same_as_input},
    Operator{"", "Atan", 7, 1, 1, float_kernel<ARETE_MATH(atan)>, same_as_input},
    Operator{"", "Sinh", 9, 1, 1, float_kernel<ARETE_MATH(sinh)>, same_as_input},
    Operator{"", "Cosh", 9, 1, 1, float_kernel<ARETE_MATH(cosh)>, same_as_input},
    Operator{"", "Tanh", 1, 1, 1, float_kernel<ARETE_MATH(tanh)>, same_as_input},
    Operator{"", "Asinh", 9, 1, 1, float_kernel<ARETE_MATH(asinh)>, same_as_input},
    Operator{"", "Acosh", 9, 1, 1, float_kernel<ARETE_MATH(acosh)>, same_as_input},
    Operator{"", "Atanh", 9, 1, 1, float_kernel<ARETE_MATH(atanh)>, same_as_input},
    Operator{"", "Erf", 9, 1, 1, float_kernel<ARETE_MATH(erf)>, same_as_input},
    Operator{"", "Clip", 1, 1, 3, clip_kernel, same_as_input},
};

#undef ARETE_MATH

}  // namespace

std::span<const Operator> unary_math_family() { return kUnaryMathRows; }

}  // namespace arete::model::operators
