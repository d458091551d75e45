// SPDX-License-Identifier: Apache-2.0
#include "model_nodes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace arete::conformance {
namespace {

using model::Datum;
using model::kNoValue;
using model::Model;
using model::Node;
using model::Value;
using model::ValueId;

/// One node as a model: its constants stay constants, what else it reads becomes an input.
struct LoneNode {
  Model model;
  Tensors inputs;
};

/// A copy of the value for the small model, with the shape that it has in this run.
Value value_for(const Value& original, const Datum& datum) {
  Value value = original;
  value.shape = model::symbolic(datum.tensor.shape());
  if (!value.quantization) {
    value.dtype = datum.tensor.dtype();
  }
  return value;
}

LoneNode lone_node(const Model& whole, const Node& node, std::span<const Datum> inputs,
                   std::span<const Datum> outputs) {
  LoneNode lone;
  lone.model.opset_imports = whole.opset_imports;
  lone.model.ir_version = whole.ir_version;
  lone.model.graph.name = "lone";
  Node copy = node;
  std::map<ValueId, ValueId> ids;
  for (std::size_t i = 0; i < copy.inputs.size(); ++i) {
    ValueId& id = copy.inputs[i];
    if (id == kNoValue) {
      continue;
    }
    const auto [at, is_new] = ids.try_emplace(id, kNoValue);
    if (is_new) {
      at->second = lone.model.add_value(value_for(whole.value(id), inputs[i]));
      if (whole.value(id).constant) {
        lone.model.graph.constants.push_back(at->second);
      } else {
        lone.model.graph.inputs.push_back(at->second);
        lone.inputs.push_back(inputs[i].tensor);
      }
    }
    id = at->second;
  }
  for (std::size_t i = 0; i < copy.outputs.size(); ++i) {
    ValueId& id = copy.outputs[i];
    if (id != kNoValue) {
      id = lone.model.add_value(value_for(whole.value(id), outputs[i]));
      lone.model.graph.outputs.push_back(id);
    }
  }
  lone.model.graph.nodes.push_back(std::move(copy));
  return lone;
}

}  // namespace

bool NodeComparison::touches_quantized(const Node& node) const {
  const auto quantized = [this](ValueId id) {
    return id != kNoValue && model_.value(id).quantization.has_value();
  };
  return std::ranges::any_of(node.inputs, quantized) ||
         std::ranges::any_of(node.outputs, quantized);
}

void NodeComparison::observe(const Node& node, std::span<const Datum> inputs,
                             std::span<const Datum> outputs) {
  if (!touches_quantized(node) || !seen_.insert(&node).second) {
    return;
  }
  if (!model::subgraphs_of(node).empty()) {
    ++containers_;
    return;
  }
  ++checked_;
  if (const Status status = compare(node, inputs, outputs); !status) {
    findings_.push_back(
        fmt::format("{} '{}': {}", node.op_type, node.name, status.error().message()));
  }
}

Status NodeComparison::compare(const Node& node, std::span<const Datum> inputs,
                               std::span<const Datum> outputs) {
  const LoneNode lone = lone_node(model_, node, inputs, outputs);
  ARETE_TRY_ASSIGN(const Tensors answers, run_engine(lone.model, lone.inputs));
  std::size_t next = 0;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == kNoValue) {
      continue;
    }
    const tensor::Tensor& ours = outputs[i].tensor;
    ARETE_TRY_ASSIGN(const Difference found, difference(ours, answers.at(next++)));
    const bool is_float = tensor::is_floating(ours.dtype());
    (is_float ? floats_ : integers_).merge(found);
    // Indices and other plain integers must be the same.
    const double allowed = model_.value(node.outputs[i]).quantization ? 1 : 0;
    if (is_float ? found.relative > 1e-3 : found.steps > allowed) {
      return fail(
          ErrorCode::kGate, "output {} is {} apart from ONNX Runtime's", i,
          is_float ? fmt::format("{:.2g}", found.relative) : fmt::format("{} steps", found.steps));
    }
  }
  return {};
}

}  // namespace arete::conformance
