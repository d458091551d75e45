// SPDX-License-Identifier: Apache-2.0
#include "model/summary/summary.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "model/operators/infer_shapes.hpp"
#include "model/operators/operator.hpp"
#include "model/summary/memory.hpp"

namespace arete::model {
namespace {

ShapeFacts facts_of(const Model& model, ValueId id) {
  ShapeFacts facts;
  if (id == kNoValue) {
    facts.present = false;
    return facts;
  }
  const Value& value = model.value(id);
  facts.dtype = value.dtype;
  facts.shape = value.shape;
  facts.constant = value.constant ? &*value.constant : nullptr;
  facts.kind = value.kind;
  return facts;
}

std::vector<ShapeFacts> facts_of(const Model& model, const std::vector<ValueId>& ids) {
  std::vector<ShapeFacts> facts;
  facts.reserve(ids.size());
  for (const ValueId id : ids) {
    facts.push_back(facts_of(model, id));
  }
  return facts;
}

std::string operator_name(const Node& node) {
  return node.domain.empty() ? node.op_type : node.domain + "." + node.op_type;
}

void add_operators(const Graph& graph, std::map<std::string, std::int64_t>& operators) {
  for (const Node& node : graph.nodes) {
    ++operators[operator_name(node)];
    for (const Graph* inner : subgraphs_of(node)) {
      add_operators(*inner, operators);
    }
  }
}

std::optional<std::int64_t> macs_of(const Model& model, const Graph& graph);

/// Of If only the dearer branch runs; a Loop or Scan body is counted once.
std::optional<std::int64_t> macs_of_subgraphs(const Model& model, const Node& node) {
  std::int64_t most = 0;
  for (const Graph* inner : subgraphs_of(node)) {
    const std::optional<std::int64_t> macs = macs_of(model, *inner);
    if (!macs) {
      return std::nullopt;
    }
    most = std::max(most, *macs);
  }
  return most;
}

std::optional<std::int64_t> macs_of(const Model& model, const Graph& graph) {
  std::int64_t total = 0;
  for (const Node& node : graph.nodes) {
    const std::optional<std::int64_t> inside = macs_of_subgraphs(model, node);
    if (!inside) {
      return std::nullopt;
    }
    total += *inside;
    const Operator* op = find_operator(node.domain, node.op_type, model.opset(node.domain));
    if (op == nullptr || op->macs == nullptr) {
      continue;
    }
    const auto inputs = facts_of(model, node.inputs);
    const auto outputs = facts_of(model, node.outputs);
    const std::optional<std::int64_t> macs = op->macs(node, inputs, outputs);
    if (!macs) {
      return std::nullopt;
    }
    total += *macs;
  }
  return total;
}

/// Real numbers count as parameters; indices, shapes and flags do not.
bool is_parameter(const Value& value) {
  return value.constant && (value.quantization || tensor::is_floating(value.constant->dtype()));
}

void add_parameter(const tensor::Tensor& data, Summary& summary) {
  summary.parameters += data.elements();
  summary.parameter_bytes += static_cast<std::int64_t>(data.bytes().size());
}

void count_parameters(const Model& model, Summary& summary) {
  for (std::uint32_t i = 0; i < model.value_count(); ++i) {
    const Value& value = model.value(ValueId{i});
    if (is_parameter(value)) {
      add_parameter(*value.constant, summary);
    }
  }
  for (const Node& node : model.graph.nodes) {  // Constant nodes hold parameters too
    const auto* data = node.is("Constant") ? node.attribute<tensor::Tensor>("value") : nullptr;
    if (data != nullptr && tensor::is_floating(data->dtype())) {
      add_parameter(*data, summary);
    }
  }
}

void note_constant(const Value& value, QuantizationSummary& summary) {
  ++summary.weights[std::string(tensor::name_of(value.quantization->stored))];
  summary.per_channel |= value.quantization->scales.size() > 1;
  summary.blocked |= value.quantization->block_size > 0;
}

QuantizationSummary quantization_of(const Model& model) {
  QuantizationSummary summary;
  std::int64_t float_activations = 0;
  std::set<ValueId> seen;
  const auto look = [&](ValueId id) {
    if (id == kNoValue || !seen.insert(id).second) {
      return;
    }
    const Value& value = model.value(id);
    if (value.quantization && value.constant) {
      note_constant(value, summary);
    } else if (value.quantization) {
      ++summary.activations[std::string(tensor::name_of(value.quantization->stored))];
    } else if (!value.constant && tensor::is_floating(value.dtype)) {
      ++float_activations;
    }
  };
  for (const Node& node : model.graph.nodes) {
    std::ranges::for_each(node.inputs, look);
    std::ranges::for_each(node.outputs, look);
  }
  if (!summary.activations.empty()) {
    summary.kind = float_activations == 0 ? QuantizationKind::kFull : QuantizationKind::kPartial;
  } else if (!summary.weights.empty()) {
    summary.kind = QuantizationKind::kWeights;
  }
  return summary;
}

/// Which unknown extents of inputs count as 1.
enum class Assumption { kAll, kLeading, kNone };

/// The shapes given, and 1 for unknown extents as far as the assumption goes.
std::map<std::string, tensor::Shape> complete_shapes(
    const Model& model, const std::map<std::string, tensor::Shape>& given, Assumption assumption,
    std::map<std::string, tensor::Shape>& assumed) {
  std::map<std::string, tensor::Shape> shapes = given;
  assumed.clear();
  for (const ValueId id : model.graph.inputs) {
    const Value& value = model.value(id);
    if (assumption == Assumption::kNone || shapes.contains(value.name) || !value.shape ||
        concrete(*value.shape)) {
      continue;
    }
    std::vector<std::int64_t> dims;
    for (const Dim& dim : *value.shape) {
      const bool may_be_one = assumption == Assumption::kAll || dims.empty();
      if (!dim.known() && !may_be_one) {
        break;
      }
      dims.push_back(dim.known() ? dim.size() : 1);
    }
    if (dims.size() == value.shape->size()) {
      assumed[value.name] = tensor::Shape(dims);
      shapes[value.name] = tensor::Shape(std::move(dims));
    }
  }
  return shapes;
}

/// A recording of one sample is too short for some models: then only the batch is taken as 1, and
/// at last nothing is. What the caller gave must fit in any case.
Result<Model> inferred_with_assumptions(const Model& model,
                                        const std::map<std::string, tensor::Shape>& given,
                                        std::map<std::string, tensor::Shape>& assumed) {
  for (const Assumption assumption : {Assumption::kAll, Assumption::kLeading}) {
    Model inferred = model;
    if (infer_shapes(inferred, complete_shapes(model, given, assumption, assumed))) {
      return inferred;
    }
  }
  Model inferred = model;
  ARETE_TRY(infer_shapes(inferred, complete_shapes(model, given, Assumption::kNone, assumed)),
            "inferring shapes");
  return inferred;
}

}  // namespace

std::string_view name_of(QuantizationKind kind) {
  switch (kind) {
    case QuantizationKind::kNone:
      return "none";
    case QuantizationKind::kWeights:
      return "weights";
    case QuantizationKind::kPartial:
      return "partial";
    case QuantizationKind::kFull:
      return "full";
  }
  return "none";
}

std::map<std::string, std::int64_t> count_operators(const Graph& graph) {
  std::map<std::string, std::int64_t> operators;
  add_operators(graph, operators);
  return operators;
}

Result<Summary> summarize(const Model& model,
                          const std::map<std::string, tensor::Shape>& input_shapes) {
  Summary summary;
  ARETE_TRY_ASSIGN(const Model inferred,
                   inferred_with_assumptions(model, input_shapes, summary.assumed_shapes));
  summary.operators = count_operators(inferred.graph);
  count_parameters(inferred, summary);
  summary.macs = macs_of(inferred, inferred.graph);
  summary.peak_activation_bytes = peak_activation_bytes(inferred);
  summary.quantization = quantization_of(inferred);
  return summary;
}

}  // namespace arete::model
