// Comparisons, boolean and bitwise operators, tests of floats, and Where.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <functional>
#include <string>

#include "model/operators/elementwise.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

Result<Tensor> equal_strings(const Tensor& a, const Tensor& b) {
  ARETE_TRY_ASSIGN(const Shape shape, tensor::broadcast(a.shape(), b.shape()));
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(DType::kBool, shape));
  bool* result = out.mutable_data<bool>().data();
  for_each_offset<2>(shape,
                     {broadcast_strides(a.shape(), shape), broadcast_strides(b.shape(), shape)},
                     [&](std::int64_t i, std::int64_t at_a, std::int64_t at_b) {
                       result[i] = a.strings()[static_cast<std::size_t>(at_a)] ==
                                   b.strings()[static_cast<std::size_t>(at_b)];
                     });
  return out;
}

template <class Op>
Result<std::vector<Datum>> compare_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Operands in, same_type_operands(context));
  if (in.a->dtype() == DType::kString && std::is_same_v<Op, std::equal_to<>>) {
    ARETE_TRY_ASSIGN(Tensor same, equal_strings(*in.a, *in.b));
    return one(std::move(same));
  }
  ARETE_TRY_ASSIGN(Tensor out,
                   visit_numbers_and_bool(in.a->dtype(), [&]<class T>(Type<T>) -> Result<Tensor> {
                     return binary_loop<bool, T, T>(*in.a, *in.b, DType::kBool, Op{});
                   }));
  return one(std::move(out));
}

template <class Op>
Result<std::vector<Datum>> boolean_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Operands in, same_type_operands(context));
  if (in.a->dtype() != DType::kBool) {
    return fail(ErrorCode::kInvalid, "the inputs are {}, not bool", tensor::name_of(in.a->dtype()));
  }
  ARETE_TRY_ASSIGN(Tensor out, (binary_loop<bool, bool, bool>(*in.a, *in.b, DType::kBool, Op{})));
  return one(std::move(out));
}

Result<std::vector<Datum>> not_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  if (x->dtype() != DType::kBool) {
    return fail(ErrorCode::kInvalid, "the input is {}, not bool", tensor::name_of(x->dtype()));
  }
  ARETE_TRY_ASSIGN(Tensor out, unary_loop<bool>(*x, std::logical_not<>()));
  return one(std::move(out));
}

struct BitAndOp {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};
struct BitOrOp {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};
struct BitXorOp {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};

template <class Op>
Result<std::vector<Datum>> bitwise_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Operands in, same_type_operands(context));
  ARETE_TRY_ASSIGN(Tensor out,
                   visit_integers(in.a->dtype(), [&]<class T>(Type<T>) -> Result<Tensor> {
                     return binary_loop<T, T, T>(*in.a, *in.b, in.a->dtype(), Op{});
                   }));
  return one(std::move(out));
}

Result<std::vector<Datum>> bitwise_not_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(Tensor out, visit_integers(x->dtype(), [&]<class T>(Type<T>) {
                     return unary_loop<T>(*x, [](T a) { return static_cast<T>(~a); });
                   }));
  return one(std::move(out));
}

/// Shifting by the width or more leaves 0; a signed value keeps its sign to the right.
template <class T>
T shifted(T value, T by, bool left) {
  constexpr auto kWidth = static_cast<std::int64_t>(sizeof(T) * 8);
  // NOLINTNEXTLINE(bugprone-signed-char-misuse): a negative count stays negative
  const auto count = static_cast<std::int64_t>(by);
  if (count < 0 || count >= kWidth) {
    return static_cast<T>(!left && value < 0 ? -1 : 0);
  }
  return left ? static_cast<T>(static_cast<std::uint64_t>(value) << count)
              : static_cast<T>(value >> count);
}

Result<std::vector<Datum>> bit_shift_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Operands in, same_type_operands(context));
  const std::string direction = context.node().string_or("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return fail(ErrorCode::kInvalid, "direction '{}' is neither LEFT nor RIGHT", direction);
  }
  const bool left = direction == "LEFT";
  ARETE_TRY_ASSIGN(
      Tensor out, visit_integers(in.a->dtype(), [&]<class T>(Type<T>) -> Result<Tensor> {
        return binary_loop<T, T, T>(*in.a, *in.b, in.a->dtype(),
                                    [left](T a, T b) { return shifted<T>(a, b, left); });
      }));
  return one(std::move(out));
}

template <class Test>
Result<std::vector<Datum>> float_test(KernelContext& context, Test test) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  if (!tensor::is_floating(x->dtype())) {
    return fail(ErrorCode::kInvalid, "the input is {}, not a float", tensor::name_of(x->dtype()));
  }
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(DType::kBool, x->shape()));
  std::ranges::transform(numbers_of(*x), out.mutable_data<bool>().begin(), test);
  return one(std::move(out));
}

Result<std::vector<Datum>> is_nan_kernel(KernelContext& context) {
  return float_test(context, [](double x) { return std::isnan(x); });
}

Result<std::vector<Datum>> is_inf_kernel(KernelContext& context) {
  const bool negative = context.node().integer_or("detect_negative", 1) != 0;
  const bool positive = context.node().integer_or("detect_positive", 1) != 0;
  return float_test(context,
                    [=](double x) { return std::isinf(x) && (x < 0 ? negative : positive); });
}

/// Picks from both branches laid one after the other.
Result<std::vector<Datum>> where_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* condition, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* yes, context.input(1));
  ARETE_TRY_ASSIGN(const Tensor* no, context.input(2));
  if (condition->dtype() != DType::kBool || yes->dtype() != no->dtype()) {
    return fail(ErrorCode::kInvalid, "types {}, {}, {} do not fit",
                tensor::name_of(condition->dtype()), tensor::name_of(yes->dtype()),
                tensor::name_of(no->dtype()));
  }
  ARETE_TRY_ASSIGN(const Shape shape,
                   broadcast_all(std::array{condition->shape(), yes->shape(), no->shape()}));
  ARETE_TRY_ASSIGN(Tensor base, expand_to(*no, shape));
  std::vector<std::int64_t> to;
  std::vector<std::int64_t> from;
  const auto flags = condition->data<bool>();
  for_each_offset<2>(
      shape, {broadcast_strides(condition->shape(), shape), broadcast_strides(yes->shape(), shape)},
      [&](std::int64_t i, std::int64_t at_flag, std::int64_t at_yes) {
        if (flags[static_cast<std::size_t>(at_flag)]) {
          to.push_back(i);
          from.push_back(at_yes);
        }
      });
  const Shape count{static_cast<std::int64_t>(from.size())};
  ARETE_TRY_ASSIGN(const Tensor chosen, pick(*yes, count, from));
  ARETE_TRY_ASSIGN(Tensor out, put(base, to, chosen));
  return one(std::move(out));
}

Status where_rule(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, broadcast_inputs(context, 0, 3));
  context.set_output(0, context.input(1).dtype, std::move(shape));
  return {};
}

constexpr std::array kLogicRows = {
    Operator{"", "Equal", 1, 2, 2, compare_kernel<std::equal_to<>>, broadcast_to_bool},
    Operator{"", "Greater", 1, 2, 2, compare_kernel<std::greater<>>, broadcast_to_bool},
    Operator{"", "Less", 1, 2, 2, compare_kernel<std::less<>>, broadcast_to_bool},
    Operator{"", "GreaterOrEqual", 12, 2, 2, compare_kernel<std::greater_equal<>>,
             broadcast_to_bool},
    Operator{"", "LessOrEqual", 12, 2, 2, compare_kernel<std::less_equal<>>, broadcast_to_bool},
    Operator{"", "And", 1, 2, 2, boolean_kernel<std::logical_and<>>, broadcast_to_bool},
    Operator{"", "Or", 1, 2, 2, boolean_kernel<std::logical_or<>>, broadcast_to_bool},
    Operator{"", "Xor", 1, 2, 2, boolean_kernel<std::not_equal_to<>>, broadcast_to_bool},
    Operator{"", "Not", 1, 1, 1, not_kernel, bool_of_input},
    Operator{"", "BitwiseAnd", 18, 2, 2, bitwise_kernel<BitAndOp>, broadcast_rule},
    Operator{"", "BitwiseOr", 18, 2, 2, bitwise_kernel<BitOrOp>, broadcast_rule},
    Operator{"", "BitwiseXor", 18, 2, 2, bitwise_kernel<BitXorOp>, broadcast_rule},
    Operator{"", "BitwiseNot", 18, 1, 1, bitwise_not_kernel, same_as_input},
    Operator{"", "BitShift", 11, 2, 2, bit_shift_kernel, broadcast_rule},
    Operator{"", "IsNaN", 9, 1, 1, is_nan_kernel, bool_of_input},
    Operator{"", "IsInf", 10, 1, 1, is_inf_kernel, bool_of_input},
    Operator{"", "Where", 9, 3, 3, where_kernel, where_rule},
};

}  // namespace

std::span<const Operator> logic_family() { return kLogicRows; }

}  // namespace arete::model::operators
