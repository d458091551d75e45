// SPDX-License-Identifier: Apache-2.0
#include "model/layout/rewrite.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace arete::model::layout {
namespace {

constexpr std::array<std::string_view, 32> kUnaryOperators = {
    "Abs",       "Cast",     "Ceil",      "Celu",
    "Clip",      "Cos",      "Elu",       "Erf",
    "Exp",       "Floor",    "Gelu",      "HardSigmoid",
    "HardSwish", "Identity", "LeakyRelu", "Log",
    "Mish",      "Neg",      "Not",       "Reciprocal",
    "Relu",      "Round",    "Selu",      "Sigmoid",
    "Sign",      "Sin",      "Softplus",  "Softsign",
    "Sqrt",      "Tan",      "Tanh",      "ThresholdedRelu"};

constexpr std::array<std::string_view, 19> kBroadcastOperators = {
    "Add",  "And", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max",
    "Mean", "Min", "Mod", "Mul",   "Or",      "PRelu",          "Pow",  "Sub",         "Sum",
    "Where"};

constexpr std::array<std::string_view, 10> kReductions = {
    "ReduceL1",   "ReduceL2",  "ReduceLogSum", "ReduceLogSumExp", "ReduceMax",
    "ReduceMean", "ReduceMin", "ReduceProd",   "ReduceSum",       "ReduceSumSquare"};

bool listed(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// The integers of a constant input; nullopt if it is not constant.
std::optional<std::vector<std::int64_t>> constant_integers(const Model& model, const Node& node,
                                                           std::size_t i) {
  if (i >= node.inputs.size() || node.inputs[i] == kNoValue) {
    return std::nullopt;
  }
  const auto& data = model.value(node.inputs[i]).constant;
  if (!data || !tensor::is_integer(data->dtype()) || data->elements() > 64) {
    return std::nullopt;
  }
  std::vector<std::int64_t> values;
  for (std::int64_t at = 0; at < data->elements(); ++at) {
    values.push_back(data->integer_at(at));
  }
  return values;
}

/// Axes of the file's order in the source's order; nullopt if one is out of range.
std::optional<std::vector<std::int64_t>> moved_axes(const std::vector<std::int64_t>& axes,
                                                    const Permutation& perm) {
  std::vector<std::int64_t> moved;
  for (const std::int64_t axis : axes) {
    const auto normal = tensor::normalize_axis(axis, perm.size());
    if (!normal) {
      return std::nullopt;
    }
    moved.push_back(perm[*normal]);
  }
  return moved;
}

/// The permutation that is left when `axes` (of the file's order) are removed.
Permutation without_axes(const Permutation& perm, const std::vector<std::int64_t>& moved) {
  Permutation kept;
  for (const std::int64_t from : perm) {
    if (std::ranges::find(moved, from) == moved.end()) {
      const auto below = std::ranges::count_if(moved, [&](auto axis) { return axis < from; });
      kept.push_back(from - below);
    }
  }
  return kept;
}

std::optional<Rewrite> with_axis_attribute(const Node& node, const Permutation& perm,
                                           std::int64_t fallback) {
  const auto moved = moved_axes({node.integer_or("axis", fallback)}, perm);
  if (!moved) {
    return std::nullopt;
  }
  Rewrite rewrite{node, 1, false, perm, {}};
  rewrite.node.attributes["axis"] = moved->front();
  return rewrite;
}

std::optional<Rewrite> concat_rewrite(const Node& node, const Permutation& perm) {
  auto rewrite = with_axis_attribute(node, perm, 0);
  if (rewrite) {
    rewrite->data_inputs = node.inputs.size();
  }
  return rewrite;
}

std::optional<Rewrite> arg_rewrite(const Node& node, const Permutation& perm) {
  auto rewrite = with_axis_attribute(node, perm, 0);
  if (rewrite && node.integer_or("keepdims", 1) == 0) {
    rewrite->output_perm = without_axes(perm, {rewrite->node.integer_or("axis", 0)});
  }
  return rewrite;
}

/// Only the form with axes as a constant input (opset 18 on).
std::optional<Rewrite> reduce_rewrite(const Model& model, const Node& node,
                                      const Permutation& perm) {
  const auto axes = constant_integers(model, node, 1);
  if (!axes || axes->empty()) {
    return std::nullopt;
  }
  const auto moved = moved_axes(*axes, perm);
  if (!moved) {
    return std::nullopt;
  }
  Rewrite rewrite{node, 1, false, perm, {{1, *moved}}};
  if (node.integer_or("keepdims", 1) == 0) {
    rewrite.output_perm = without_axes(perm, *moved);
  }
  return rewrite;
}

std::optional<Rewrite> slice_rewrite(const Model& model, const Node& node,
                                     const Permutation& perm) {
  const auto starts = constant_integers(model, node, 1);
  const auto axes = constant_integers(model, node, 3);
  if (!starts || !axes) {
    return std::nullopt;
  }
  const auto moved = moved_axes(*axes, perm);
  if (!moved) {
    return std::nullopt;
  }
  return Rewrite{node, 1, false, perm, {{3, *moved}}};
}

std::optional<Rewrite> pad_rewrite(const Model& model, const Node& node, const Permutation& perm) {
  const auto pads = constant_integers(model, node, 1);
  const std::size_t rank = perm.size();
  if (!pads || pads->size() != 2 * rank || node.inputs.size() > 3) {
    return std::nullopt;
  }
  std::vector<std::int64_t> moved(2 * rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const auto to = static_cast<std::size_t>(perm[i]);
    moved[to] = (*pads)[i];
    moved[to + rank] = (*pads)[i + rank];
  }
  return Rewrite{node, 1, false, perm, {{1, moved}}};
}

/// Only with a scalar index, which takes the axis away.
std::optional<Rewrite> gather_rewrite(const Model& model, const Node& node,
                                      const Permutation& perm) {
  if (node.inputs.size() != 2 || !model.value(node.inputs[1]).constant ||
      model.value(node.inputs[1]).constant->shape().rank() != 0) {
    return std::nullopt;
  }
  auto rewrite = with_axis_attribute(node, perm, 0);
  if (rewrite) {
    rewrite->output_perm = without_axes(perm, {rewrite->node.integer_or("axis", 0)});
  }
  return rewrite;
}

/// A reshape of a value whose order differs only in extents of 1 can read the source itself.
std::optional<Rewrite> reshape_rewrite(const Model& model, const Node& node,
                                       const Permutation& perm) {
  const auto& shape = model.value(node.inputs[0]).shape;
  const auto known = shape ? concrete(*shape) : std::nullopt;
  const auto target = constant_integers(model, node, 1);
  const auto& out = model.value(node.outputs[0]).shape;
  if (!known || !target || std::ranges::find(*target, 0) != target->end() || !out) {
    return std::nullopt;
  }
  const Permutation back = inverse(perm);
  if (!moves_nothing(known->dims(), back)) {
    return std::nullopt;
  }
  return Rewrite{node, 1, false, identity_permutation(out->size()), {}};
}

}  // namespace

std::optional<Rewrite> rewrite_for(const Model& model, const Node& node, const Permutation& perm) {
  if (!node.domain.empty() || node.inputs.empty() || node.outputs.empty()) {
    return std::nullopt;
  }
  const std::string_view type = node.op_type;
  if (listed(kUnaryOperators, type)) {
    return Rewrite{node, 1, false, perm, {}};
  }
  if (listed(kBroadcastOperators, type)) {
    return Rewrite{node, node.inputs.size(), true, perm, {}};
  }
  if (listed(kReductions, type)) {
    return reduce_rewrite(model, node, perm);
  }
  if (type == "Concat") {
    return concat_rewrite(node, perm);
  }
  if (type == "Softmax" || type == "LogSoftmax" || type == "LpNormalization") {
    return model.opset("") >= 13 ? with_axis_attribute(node, perm, -1) : std::nullopt;
  }
  if (type == "Split") {
    return with_axis_attribute(node, perm, 0);
  }
  if (type == "ArgMax" || type == "ArgMin") {
    return arg_rewrite(node, perm);
  }
  if (type == "Slice") {
    return slice_rewrite(model, node, perm);
  }
  if (type == "Pad") {
    return pad_rewrite(model, node, perm);
  }
  if (type == "Gather") {
    return gather_rewrite(model, node, perm);
  }
  if (type == "Reshape") {
    return reshape_rewrite(model, node, perm);
  }
  return std::nullopt;
}

}  // namespace arete::model::layout
