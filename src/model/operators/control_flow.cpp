// If, Loop, Scan: operators that run subgraphs.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/joining.hpp"
#include "model/operators/loop_facts.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

Result<const Graph*> branch_of(const Node& node, std::string_view name) {
  const auto* box = node.attribute<GraphBox>(name);
  if (box == nullptr) {
    return fail(ErrorCode::kInvalid, "attribute '{}' is missing", name);
  }
  return &**box;
}

Result<bool> truth_of(const Tensor& tensor) {
  if (tensor.dtype() != DType::kBool || tensor.elements() != 1) {
    return fail(ErrorCode::kInvalid, "a condition must be one bool, not {} {}",
                tensor::name_of(tensor.dtype()), tensor.shape().text());
  }
  return tensor.integer_at(0) != 0;
}

// --- If ---

Result<std::vector<Datum>> if_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* condition, context.input(0));
  ARETE_TRY_ASSIGN(const bool taken, truth_of(*condition));
  ARETE_TRY_ASSIGN(const Graph* graph,
                   branch_of(context.node(), taken ? "then_branch" : "else_branch"));
  return context.run_subgraph(*graph, {});
}

Status if_rule(ShapeContext& context) {
  ARETE_TRY_ASSIGN(const Graph* yes, branch_of(context.node(), "then_branch"));
  ARETE_TRY_ASSIGN(const Graph* no, branch_of(context.node(), "else_branch"));
  const Tensor* constant = context.input(0).constant;
  auto from_yes = context.infer_subgraph(*yes, {});
  auto from_no = context.infer_subgraph(*no, {});
  if (constant != nullptr) {
    // Exporters leave branches that cannot run for the shapes at hand; only the taken one counts.
    ARETE_TRY_ASSIGN(const bool taken, truth_of(*constant));
    ARETE_TRY_ASSIGN(auto facts, std::move(taken ? from_yes : from_no));
    facts.resize(context.outputs().size());
    std::ranges::move(facts, context.outputs().begin());
    return {};
  }
  ARETE_TRY(from_yes, "then_branch");
  ARETE_TRY(from_no, "else_branch");
  if (from_yes->size() != from_no->size()) {
    return fail(ErrorCode::kInvalid, "the branches have {} and {} outputs", from_yes->size(),
                from_no->size());
  }
  for (std::size_t i = 0; i < std::min(from_yes->size(), context.outputs().size()); ++i) {
    context.outputs()[i] = common_facts((*from_yes)[i], (*from_no)[i]);
  }
  return {};
}

// --- Loop ---

/// What the turns of a Loop or Scan leave to be joined.
using ScanParts = std::vector<std::vector<Tensor>>;

Status collect_scans(std::vector<Datum>& results, std::size_t first, ScanParts& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Datum& result = results[first + i];
    if (result.sequence || !result.present) {
      return fail(ErrorCode::kInvalid, "scan output {} of the body is not a tensor", i);
    }
    parts[i].push_back(std::move(result.tensor));
  }
  return {};
}

/// No turn was made: a tensor without elements, as far as its type is known.
Result<Tensor> empty_scan(const KernelContext& context, ValueId body_output) {
  const Value* value = context.value_of ? context.value_of(body_output) : nullptr;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> dims{0};
  if (value != nullptr && value->dtype != DType::kUndefined) {
    dtype = value->dtype;
    for (const Dim& dim : value->shape.value_or(SymbolicShape())) {
      dims.push_back(dim.known() ? dim.size() : 0);
    }
  }
  return Tensor::allocate(dtype, Shape(std::move(dims)));
}

struct LoopLimits {
  std::int64_t turns = std::numeric_limits<std::int64_t>::max();
  bool go = true;
};

Result<LoopLimits> loop_limits(const KernelContext& context) {
  LoopLimits limits;
  if (const Tensor* turns = context.optional_input(0)) {
    ARETE_TRY_ASSIGN(const auto values, integers_of(*turns));
    if (values.size() != 1) {
      return fail(ErrorCode::kInvalid, "the trip count has {} elements", values.size());
    }
    limits.turns = values[0];
  }
  if (const Tensor* condition = context.optional_input(1)) {
    ARETE_TRY_ASSIGN(limits.go, truth_of(*condition));
  }
  return limits;
}

Result<std::vector<Datum>> loop_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Graph* body, branch_of(context.node(), "body"));
  ARETE_TRY_ASSIGN(LoopLimits limits, loop_limits(context));
  const std::size_t carried = context.input_count() - 2;
  if (body->inputs.size() != carried + 2 || body->outputs.size() < carried + 1) {
    return fail(ErrorCode::kInvalid, "the body has {} inputs and {} outputs for {} variables",
                body->inputs.size(), body->outputs.size(), carried);
  }
  std::vector<Datum> variables(context.data().begin() + 2, context.data().end());
  ScanParts parts(body->outputs.size() - 1 - carried);
  for (std::int64_t turn = 0; turn < limits.turns && limits.go; ++turn) {
    std::vector<Datum> inputs{datum(Tensor::scalar<std::int64_t>(turn)),
                              datum(Tensor::scalar<bool>(true))};
    inputs.insert(inputs.end(), variables.begin(), variables.end());
    ARETE_TRY_ASSIGN(auto results, context.run_subgraph(*body, std::move(inputs)), "turn {}", turn);
    ARETE_TRY_ASSIGN(limits.go, truth_of(results[0].tensor), "turn {}", turn);
    ARETE_TRY(collect_scans(results, 1 + carried, parts));
    std::move(results.begin() + 1, results.begin() + 1 + static_cast<std::ptrdiff_t>(carried),
              variables.begin());
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ARETE_TRY_ASSIGN(Tensor joined, parts[i].empty()
                                        ? empty_scan(context, body->outputs[1 + carried + i])
                                        : stacked(parts[i], 0));
    variables.push_back(datum(std::move(joined)));
  }
  return variables;
}

Status loop_rule(ShapeContext& context) {
  ARETE_TRY_ASSIGN(const Graph* body, branch_of(context.node(), "body"));
  const std::size_t carried = context.input_count() - 2;
  std::vector<ShapeFacts> fixed(2);
  fixed[0].dtype = DType::kI64;
  fixed[0].shape = SymbolicShape();
  fixed[1].dtype = DType::kBool;
  fixed[1].shape = SymbolicShape();
  std::vector<ShapeFacts> variables;
  for (std::size_t i = 0; i < carried; ++i) {
    variables.push_back(context.input(i + 2));
  }
  ARETE_TRY_ASSIGN(const auto results,
                   infer_turns(context, *body, fixed, variables, {}, /*leading=*/1));
  for (std::size_t i = 0; i < context.outputs().size(); ++i) {
    if (i < carried) {
      context.outputs()[i] = variables[i];
    } else if (i + 1 < results.size()) {
      const ShapeFacts& turn = results[i + 1];
      std::optional<SymbolicShape> shape = turn.shape;
      if (shape) {
        shape->insert(shape->begin(), Dim());
      }
      context.set_output(i, turn.dtype, std::move(shape));
    }
  }
  return {};
}

// --- Scan ---

struct ScanPlan {
  const Graph* body;
  std::size_t states;
  std::size_t scans;    ///< inputs
  std::size_t outputs;  ///< scan outputs
  std::vector<std::int64_t> in_axes;
  std::vector<std::int64_t> in_directions;
  std::vector<std::int64_t> out_axes;
  std::vector<std::int64_t> out_directions;
};

Result<ScanPlan> scan_plan(const Node& node) {
  ARETE_TRY_ASSIGN(const Graph* body, branch_of(node, "body"));
  const std::int64_t scans = node.integer_or("num_scan_inputs", 0);
  const auto inputs = static_cast<std::int64_t>(node.inputs.size());
  if (scans < 1 || scans > inputs || body->inputs.size() != node.inputs.size() ||
      static_cast<std::int64_t>(body->outputs.size()) < inputs - scans) {
    return fail(ErrorCode::kInvalid, "{} scan inputs of {}; the body has {} inputs and {} outputs",
                scans, inputs, body->inputs.size(), body->outputs.size());
  }
  ScanPlan plan{.body = body,
                .states = static_cast<std::size_t>(inputs - scans),
                .scans = static_cast<std::size_t>(scans),
                .outputs = body->outputs.size() - static_cast<std::size_t>(inputs - scans),
                .in_axes = {},
                .in_directions = {},
                .out_axes = {},
                .out_directions = {}};
  const auto list = [&](std::string_view name, std::size_t count) {
    return node.integers_or(name, std::vector<std::int64_t>(count, 0));
  };
  plan.in_axes = list("scan_input_axes", plan.scans);
  plan.in_directions = list("scan_input_directions", plan.scans);
  plan.out_axes = list("scan_output_axes", plan.outputs);
  plan.out_directions = list("scan_output_directions", plan.outputs);
  if (plan.in_axes.size() != plan.scans || plan.in_directions.size() != plan.scans ||
      plan.out_axes.size() != plan.outputs || plan.out_directions.size() != plan.outputs) {
    return fail(ErrorCode::kInvalid, "the lists of axes and directions have other lengths");
  }
  return plan;
}

/// Element `turn` of a scan input along its axis, the axis dropped.
Result<Tensor> turn_slice(const Tensor& x, std::size_t axis, std::int64_t turn) {
  std::vector<std::int64_t> dims = x.shape().dims();
  std::vector<std::int64_t> strides = row_major_strides(x.shape());
  const std::int64_t base = turn * strides[axis];
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  strides.erase(strides.begin() + static_cast<std::ptrdiff_t>(axis));
  const Shape shape(std::move(dims));
  return pick(x, shape, strided_indices(shape, strides, base));
}

struct ScanInput {
  const Tensor* tensor;
  std::size_t axis;
};

Result<std::vector<ScanInput>> scan_inputs(const KernelContext& context, const ScanPlan& plan) {
  std::vector<ScanInput> inputs;
  for (std::size_t i = 0; i < plan.scans; ++i) {
    ARETE_TRY_ASSIGN(const Tensor* x, context.input(plan.states + i));
    ARETE_TRY_ASSIGN(const std::size_t axis,
                     tensor::normalize_axis(plan.in_axes[i], x->shape().rank()));
    inputs.push_back({x, axis});
    if (x->shape()[axis] != inputs[0].tensor->shape()[inputs[0].axis]) {
      return fail(ErrorCode::kInvalid, "the scan inputs have different lengths");
    }
  }
  return inputs;
}

Result<std::vector<Datum>> scan_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const ScanPlan plan, scan_plan(context.node()));
  ARETE_TRY_ASSIGN(const auto inputs, scan_inputs(context, plan));
  const std::int64_t turns = inputs[0].tensor->shape()[inputs[0].axis];
  std::vector<Datum> states(context.data().begin(),
                            context.data().begin() + static_cast<std::ptrdiff_t>(plan.states));
  ScanParts parts(plan.outputs);
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    std::vector<Datum> given = states;
    for (std::size_t i = 0; i < plan.scans; ++i) {
      const std::int64_t at = plan.in_directions[i] == 0 ? turn : turns - 1 - turn;
      ARETE_TRY_ASSIGN(Tensor slice, turn_slice(*inputs[i].tensor, inputs[i].axis, at));
      given.push_back(datum(std::move(slice)));
    }
    ARETE_TRY_ASSIGN(auto results, context.run_subgraph(*plan.body, std::move(given)), "turn {}",
                     turn);
    ARETE_TRY(collect_scans(results, plan.states, parts));
    std::move(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(plan.states),
              states.begin());
  }
  for (std::size_t i = 0; i < plan.outputs; ++i) {
    if (parts[i].empty()) {
      ARETE_TRY_ASSIGN(Tensor none, empty_scan(context, plan.body->outputs[plan.states + i]));
      states.push_back(datum(std::move(none)));
      continue;
    }
    if (plan.out_directions[i] != 0) {
      std::ranges::reverse(parts[i]);
    }
    ARETE_TRY_ASSIGN(const std::size_t axis,
                     tensor::normalize_axis(plan.out_axes[i], parts[i][0].shape().rank() + 1));
    ARETE_TRY_ASSIGN(Tensor joined, stacked(parts[i], axis));
    states.push_back(datum(std::move(joined)));
  }
  return states;
}

Status scan_rule(ShapeContext& context) {
  ARETE_TRY_ASSIGN(const ScanPlan plan, scan_plan(context.node()));
  Dim turns;
  std::vector<ShapeFacts> slices;
  for (std::size_t i = 0; i < plan.scans; ++i) {
    const ShapeFacts& x = context.input(plan.states + i);
    ShapeFacts& slice = slices.emplace_back();
    slice.dtype = x.dtype;
    if (x.shape) {
      ARETE_TRY_ASSIGN(const std::size_t axis,
                       tensor::normalize_axis(plan.in_axes[i], x.shape->size()));
      ARETE_TRY_ASSIGN(turns, merge(turns, (*x.shape)[axis]), "scan input {}", i);
      slice.shape = *x.shape;
      slice.shape->erase(slice.shape->begin() + static_cast<std::ptrdiff_t>(axis));
    }
  }
  std::vector<ShapeFacts> states;
  for (std::size_t i = 0; i < plan.states; ++i) {
    states.push_back(context.input(i));
  }
  ARETE_TRY_ASSIGN(const auto results,
                   infer_turns(context, *plan.body, {}, states, slices, /*leading=*/0));
  for (std::size_t i = 0; i < context.outputs().size() && i < results.size(); ++i) {
    if (i < plan.states) {
      context.outputs()[i] = states[i];
      continue;
    }
    std::optional<SymbolicShape> shape = results[i].shape;
    if (shape) {
      ARETE_TRY_ASSIGN(const std::size_t axis,
                       tensor::normalize_axis(plan.out_axes[i - plan.states], shape->size() + 1));
      shape->insert(shape->begin() + static_cast<std::ptrdiff_t>(axis), turns);
    }
    context.set_output(i, results[i].dtype, std::move(shape));
  }
  return {};
}

constexpr std::array kControlFlowRows = {
    Operator{"", "If", 1, 1, 1, if_kernel, if_rule},
    Operator{"", "Loop", 1, 2, kVariadic, loop_kernel, loop_rule},
    Operator{"", "Scan", 9, 1, kVariadic, scan_kernel, scan_rule},
};

}  // namespace

std::span<const Operator> control_flow_family() { return kControlFlowRows; }

}  // namespace arete::model::operators
