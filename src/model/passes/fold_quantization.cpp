// SPDX-License-Identifier: Apache-2.0
#include "model/passes/fold_quantization.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "model/passes/qdq_keys.hpp"
#include "model/passes/qdq_parameters.hpp"

namespace arete::model {
namespace {

using tensor::DType;
using tensor::Quantization;

/// One value that will be quantized, and the nodes that this makes superfluous.
struct QuantizedValue {
  ValueId value = kNoValue;        ///< the one that remains
  const Node* quantize = nullptr;  ///< none for constants and integer inputs
  bool keep_source = false;        ///< quantize becomes an Identity
  std::vector<const Node*> dequantize;
  Quantization quantization;
};

/// Decides on the unchanged model, then applies.
class QuantizationFolder {
 public:
  explicit QuantizationFolder(Model& model)
      : model_(model), uses_(uses_of(model, model.graph)), constants_(model) {
    find_outputs(model_.graph, nullptr);
  }

  void run() {
    visit(model_.graph);
    if (found_.empty()) {
      return;
    }
    for (const QuantizedValue& found : found_) {
      apply(found);
    }
    rewrite(model_.graph);
    drop_unused_parameters();
  }

 private:
  void find_outputs(const Graph& graph, const Graph* outer) {
    for (const ValueId id : graph.outputs) {
      (outer == nullptr ? main_outputs_ : inner_outputs_).insert(id);
    }
    for (const Node& node : graph.nodes) {
      for (const ValueId id : node.outputs) {
        home_[id] = &graph;
      }
      for (const Graph* inner : subgraphs_of(node)) {
        find_outputs(*inner, &graph);
      }
    }
  }

  void visit(const Graph& graph) {
    const bool is_main = &graph == &model_.graph;
    for (const ValueId id : graph.constants) {
      if (constants_.is_initializer(id)) {
        consider_stored(id, model_.value(id).constant->dtype());
      }
    }
    for (const ValueId id : graph.inputs) {
      if (is_main && !model_.value(id).constant) {
        consider_stored(id, model_.value(id).dtype);
      }
    }
    for (const Node& node : graph.nodes) {
      if (qdq::is_quantize(node)) {
        consider_quantize(node, graph);
      }
      for (const Graph* inner : subgraphs_of(node)) {
        visit(*inner);
      }
    }
  }

  /// All readers are DequantizeLinear nodes on this value; nullopt otherwise.
  std::optional<std::vector<const Node*>> dequantizers_of(ValueId id) const {
    std::vector<const Node*> nodes;
    for (const Node* reader : uses_.readers[index_of(id)]) {
      if (!qdq::is_dequantize(*reader) || reader->inputs[0] != id ||
          std::count(reader->inputs.begin(), reader->inputs.end(), id) != 1) {
        return std::nullopt;
      }
      nodes.push_back(reader);
    }
    return nodes;
  }

  bool all_say(const std::vector<const Node*>& nodes, Quantization& q,
               const std::optional<SymbolicShape>& shape) const {
    for (const Node* node : nodes) {
      const auto other = qdq::parameters_of(*node, constants_, shape, q.stored);
      if (!other || !qdq::same_meaning(q, *other)) {
        return false;
      }
      if (q.zero_points.empty()) {
        q.zero_points = other->zero_points;
      }
    }
    return true;
  }

  /// A constant or an input that holds integers.
  void consider_stored(ValueId id, DType stored) {
    const auto nodes = dequantizers_of(id);
    if (!nodes || nodes->empty() || is_output(id) || stored == DType::kUndefined) {
      return;
    }
    const auto shape = model_.value(id).shape;
    auto q = qdq::parameters_of(*nodes->front(), constants_, shape, stored);
    if (!q || !all_say(*nodes, *q, shape)) {
      return;
    }
    found_.push_back({id, nullptr, false, *nodes, std::move(*q)});
  }

  void consider_quantize(const Node& node, const Graph& graph) {
    const ValueId source = node.inputs[0];
    const ValueId stored = node.outputs[0];
    const bool stored_is_output = main_outputs_.contains(stored);
    const auto nodes = dequantizers_of(stored);
    if (!nodes || inner_outputs_.contains(stored) || (nodes->empty() && !stored_is_output) ||
        is_output(source) || uses_.readers[index_of(source)].size() != 1 ||
        constants_.find(source) != nullptr) {
      return;
    }
    const auto shape = shape_of_pair(source, stored, *nodes);
    auto q = qdq::parameters_of(node, constants_, shape, model_.value(stored).dtype);
    if (!q || !all_say(*nodes, *q, shape) || !source_fits(source, *q)) {
      return;
    }
    const Node* producer = uses_.producer[index_of(source)];
    const auto home = home_.find(source);
    const bool keep_source = producer == nullptr || home == home_.end() || home->second != &graph ||
                             producer->op_type == qdq::kDequantize;
    found_.push_back({keep_source ? stored : source, &node, keep_source, *nodes, std::move(*q)});
  }

  /// Since opset 23 the input may be of another type than the scale; then it must be known.
  bool source_fits(ValueId source, const Quantization& q) const {
    const DType dtype = model_.value(source).dtype;
    return dtype == q.expressed || (dtype == DType::kUndefined && model_.opset("") < 23);
  }

  std::optional<SymbolicShape> shape_of_pair(ValueId source, ValueId stored,
                                             const std::vector<const Node*>& nodes) const {
    for (const ValueId id : {source, stored}) {
      if (model_.value(id).shape) {
        return model_.value(id).shape;
      }
    }
    return nodes.empty() ? std::nullopt : model_.value(nodes.front()->outputs[0]).shape;
  }

  bool is_output(ValueId id) const { return uses_.is_graph_output[index_of(id)]; }

  void apply(const QuantizedValue& found) {
    Value& value = model_.value(found.value);
    if (found.quantize != nullptr) {
      value.shape =
          shape_of_pair(found.quantize->inputs[0], found.quantize->outputs[0], found.dequantize);
      apply_quantize(found, value);
    }
    if (!found.dequantize.empty()) {
      const Node& first = *found.dequantize.front();
      value.metadata[qdq::kDequantizeNode] = first.name;
      remember_parameters(first, value);
      for (const Node* node : found.dequantize) {
        apply_dequantize(*node, found.value, value);
      }
    }
    value.dtype = found.quantization.expressed;
    value.quantization = found.quantization;
  }

  void apply_quantize(const QuantizedValue& found, Value& value) {
    const Node& node = *found.quantize;
    const ValueId stored = node.outputs[0];
    remember_parameters(node, value);
    if (found.keep_source) {
      identities_.insert(&node);
      return;
    }
    removed_.insert(&node);
    value.metadata[qdq::kQuantizeNode] = node.name;
    if (main_outputs_.contains(stored)) {
      value.metadata[qdq::kSourceName] = value.name;
      value.name = model_.value(stored).name;
      new_outputs_[stored] = found.value;
    } else {
      value.metadata[qdq::kStoredName] = model_.value(stored).name;
    }
    model_.value(stored) = Value();
  }

  void apply_dequantize(const Node& node, ValueId quantized, Value& value) {
    const ValueId real = node.outputs[0];
    renamed_[real] = quantized;
    if (is_output(real)) {
      identities_.insert(&node);
      if (node.inputs[0] != quantized) {
        renamed_[node.inputs[0]] = quantized;
      }
      return;
    }
    removed_.insert(&node);
    if (!value.metadata.contains(qdq::kRealName)) {
      value.metadata[qdq::kRealName] = model_.value(real).name;
    }
    model_.value(real) = Value();
  }

  void remember_parameters(const Node& node, Value& value) {
    const tensor::Tensor& scale = *constants_.find(node.inputs[1]);
    value.metadata[qdq::kScaleName] = model_.value(node.inputs[1]).name;
    value.metadata[qdq::kDomain] = node.domain;
    if (scale.elements() == 1 && scale.shape().rank() == 1) {
      value.metadata[qdq::kScaleRank] = "1";
    }
    parameters_.insert(node.inputs[1]);
    if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
      value.metadata[qdq::kZeroPointName] = model_.value(node.inputs[2]).name;
      parameters_.insert(node.inputs[2]);
    }
  }

  void rewrite(Graph& graph) {
    std::vector<Node> kept;
    kept.reserve(graph.nodes.size());
    for (Node& node : graph.nodes) {
      if (removed_.contains(&node)) {
        continue;
      }
      if (identities_.contains(&node)) {
        node.op_type = "Identity";
        node.domain.clear();
        node.inputs.resize(1);
        node.attributes.clear();
      }
      for (ValueId& id : node.inputs) {
        const auto renamed = renamed_.find(id);
        id = renamed == renamed_.end() ? id : renamed->second;
      }
      for (Graph* inner : subgraphs_of(node)) {
        rewrite(*inner);
      }
      kept.push_back(std::move(node));
    }
    graph.nodes = std::move(kept);
    for (ValueId& id : graph.outputs) {
      const auto renamed = new_outputs_.find(id);
      id = renamed == new_outputs_.end() ? id : renamed->second;
    }
  }

  /// Scales and zero points that were read by nothing but the removed nodes.
  void drop_unused_parameters() {
    const Uses now = uses_of(model_, model_.graph);
    drop_unused_in(model_.graph, now);
  }

  void drop_unused_in(Graph& graph, const Uses& now) {
    std::erase_if(graph.constants, [&](ValueId id) {
      const bool unused = parameters_.contains(id) && constants_.is_initializer(id) &&
                          now.readers[index_of(id)].empty() && !now.is_graph_output[index_of(id)];
      if (unused) {
        model_.value(id) = Value();
      }
      return unused;
    });
    for (Node& node : graph.nodes) {
      for (Graph* inner : subgraphs_of(node)) {
        drop_unused_in(*inner, now);
      }
    }
  }

  Model& model_;
  Uses uses_;
  qdq::Constants constants_;
  std::unordered_set<ValueId> main_outputs_;
  std::unordered_set<ValueId> inner_outputs_;
  std::unordered_map<ValueId, const Graph*> home_;  ///< of values that nodes make
  std::vector<QuantizedValue> found_;
  std::unordered_set<const Node*> removed_;
  std::unordered_set<const Node*> identities_;
  std::unordered_map<ValueId, ValueId> renamed_;  ///< what nodes read
  std::unordered_map<ValueId, ValueId> new_outputs_;
  std::unordered_set<ValueId> parameters_;
};

}  // namespace

Model fold_quantization(Model model) {
  QuantizationFolder(model).run();
  return model;
}

}  // namespace arete::model
