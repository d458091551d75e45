// Model: the IR of one file. Values live in one table for the graph, its subgraphs and functions,
// so a captured value is the same id inside and outside. A Model is a value: copying is safe (and
// cheap for weights, whose bytes are shared); a pass takes one and returns another.
// Threads: const use from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/ir/ids.hpp"
#include "model/ir/node.hpp"
#include "model/ir/value.hpp"

namespace arete::model {

/// How operators on quantized values compute; part of the model's meaning.
enum class Arithmetic : std::uint8_t {
  kQdqFloat,              ///< dequantize, compute in float, quantize (ONNX QDQ)
  kTfliteSingleRounding,  ///< integer, one rounding of the rescaled accumulator (TFLite reference)
  kTflmDoubleRounding,    ///< integer, gemmlowp's two roundings (TFLite Micro, CMSIS-NN)
};

/// A model-local ONNX function.
struct Function {
  std::string name;
  std::string domain;
  std::string overload;
  std::vector<std::string> attributes;  ///< without a default
  std::map<std::string, Attribute> attribute_defaults;
  std::map<std::string, std::int64_t> opset_imports;
  Graph body;  ///< inputs and outputs are the function's parameters
  std::string doc;
  std::string encoded_fields;  ///< what else the file says (ONNX FunctionProto)
};

class Model {
 public:
  Graph graph;
  std::vector<Function> functions;
  std::map<std::string, std::int64_t> opset_imports;  ///< by domain; "" is ai.onnx
  std::map<std::string, std::string> metadata;
  Arithmetic arithmetic = Arithmetic::kQdqFloat;

  std::int64_t ir_version = 0;  ///< ONNX's; 0 = the writer chooses
  std::string producer_name;
  std::string producer_version;
  std::string domain;
  std::int64_t model_version = 0;
  std::string doc;
  /// What else the file says (training, devices), in its own encoding (ONNX ModelProto).
  std::string encoded_fields;

  [[nodiscard]] Value& value(ValueId id) { return values_[index_of(id)]; }
  [[nodiscard]] const Value& value(ValueId id) const { return values_[index_of(id)]; }
  [[nodiscard]] std::size_t value_count() const { return values_.size(); }

  ValueId add_value(Value value);
  /// An initializer of the main graph.
  ValueId add_constant(std::string name, tensor::Tensor data);
  /// `wish`, or `wish_1`, `wish_2` ... whichever no value has yet.
  [[nodiscard]] std::string unique_name(std::string_view wish) const;

  /// The version of a domain that nodes are written in; 0 if the model does not import it.
  [[nodiscard]] std::int64_t opset(std::string_view domain) const;

 private:
  std::vector<Value> values_;
};

/// Every subgraph held by a node's attributes.
[[nodiscard]] std::vector<Graph*> subgraphs_of(Node& node);
[[nodiscard]] std::vector<const Graph*> subgraphs_of(const Node& node);

/// Who reads each value, subgraphs and graph outputs included; index by index_of(id).
struct Uses {
  std::vector<std::vector<const Node*>> readers;
  std::vector<const Node*> producer;  ///< nullptr = input, constant or unused
  std::vector<bool> is_graph_output;  ///< of any graph or subgraph
};
[[nodiscard]] Uses uses_of(const Model& model, const Graph& graph);

/// "node 12 'conv1' (Conv)": how every message names a node.
[[nodiscard]] std::string describe(const Node& node, std::size_t position);

/// kCorrupt with the node if a value is read before it is made, made twice, or an id is out of
/// range. Readers call it before they return.
[[nodiscard]] Status check_structure(const Model& model);

/// Puts nodes into an order that satisfies their reads (stable for nodes already in order);
/// kCorrupt, naming a node on it, if there is a cycle.
[[nodiscard]] Status sort_nodes(Model& model);

}  // namespace arete::model
