// Reductions, arg max and normalization.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "model/tflite/families.hpp"

namespace arete::model::tflite {
namespace {

Status reduce(Op& op, std::string_view op_type) {
  ARETE_TRY(op.expect(2));
  const auto* options = op.options<fb::ReducerOptions>();
  const bool keep = options != nullptr && options->keep_dims();
  ARETE_TRY_ASSIGN(const Axes axes, op.axes(1, op.rank(0)));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  if (axes.empty()) {
    return op.finish({{"Identity", {x}, {}}});
  }
  return op.finish(
      {{op_type, {x, op.shape_constant(axes)}, {{"keepdims", std::int64_t{keep ? 1 : 0}}}}});
}

Status mean(Op& op) { return reduce(op, "ReduceMean"); }
Status sum(Op& op) { return reduce(op, "ReduceSum"); }
Status product(Op& op) { return reduce(op, "ReduceProd"); }
Status largest(Op& op) { return reduce(op, "ReduceMax"); }
Status smallest(Op& op) { return reduce(op, "ReduceMin"); }

Status arg_extreme(Op& op, std::string_view op_type) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const Axes axis, op.axes(1, op.rank(0)));
  if (axis.size() != 1) {
    return fail(ErrorCode::kCorrupt, "{} axes", axis.size());
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  Step step{op_type, {x}, {{"axis", axis[0]}, {"keepdims", std::int64_t{0}}}};
  if (op.output().stored == tensor::DType::kI64) {
    return op.finish({std::move(step)});
  }
  ValueType type = op.type_of(op.output());
  type.dtype = tensor::DType::kI64;
  const ValueId index = op.emit(std::move(step), std::move(type));
  constexpr std::int64_t kOnnxInt32 = 6;
  return op.finish({{"Cast", {index}, {{"to", kOnnxInt32}}}});
}

Status arg_max(Op& op) { return arg_extreme(op, "ArgMax"); }
Status arg_min(Op& op) { return arg_extreme(op, "ArgMin"); }

Status l2_normalization(Op& op) {
  ARETE_TRY(op.expect(1));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish(
      {{"LpNormalization", {x}, {{"axis", std::int64_t{-1}}, {"p", std::int64_t{2}}}}});
}

Status cumulative_sum(Op& op) {
  ARETE_TRY(op.expect(2));
  const auto* options = op.options<fb::CumsumOptions>();
  ARETE_TRY_ASSIGN(const Axes axis, op.axes(1, op.rank(0)));
  if (axis.size() != 1) {
    return fail(ErrorCode::kCorrupt, "{} axes", axis.size());
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  const ValueId at =
      op.in().add_constant(op.output().name + "/axis", tensor::Tensor::scalar(axis[0]));
  const bool exclusive = options != nullptr && options->exclusive();
  const bool reverse = options != nullptr && options->reverse();
  return op.finish({{"CumSum",
                     {x, at},
                     {{"exclusive", std::int64_t{exclusive ? 1 : 0}},
                      {"reverse", std::int64_t{reverse ? 1 : 0}}}}});
}

constexpr TranslationRow kReductionRows[] = {
    {11, l2_normalization}, {40, mean},    {56, arg_max}, {74, sum},
    {79, arg_min},          {81, product}, {82, largest}, {89, smallest},
    {128, cumulative_sum},
};

}  // namespace

std::span<const TranslationRow> reduction_rows() { return kReductionRows; }

}  // namespace arete::model::tflite
