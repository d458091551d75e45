// The IR's graphs, nodes and functions to protos. Values have no quantization any more (see
// passes/unfold_quantization.hpp). Internal to model/onnx.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/ir/model.hpp"

namespace onnx {
class AttributeProto;
class FunctionProto;
class GraphProto;
class NodeProto;
class TensorProto;
class ValueInfoProto;
}  // namespace onnx

namespace arete::model::onnx {

/// Constants that go to a file of their own, in its order.
struct ExternalPlan {
  std::string name;           ///< of the file; empty = everything stays in the model
  std::size_t threshold = 0;  ///< bytes of a constant that goes there
  std::vector<std::pair<std::uint64_t, SharedBytes>> parts;  ///< offset and bytes
  std::uint64_t end = 0;
};

class GraphWriter {
 public:
  GraphWriter(const Model& model, ExternalPlan& external);

  [[nodiscard]] Status main_graph(::onnx::GraphProto& proto);
  [[nodiscard]] Status function(const Function& function, ::onnx::FunctionProto& proto);

 private:
  struct Scope {
    const Scope* outer = nullptr;
    std::unordered_map<std::string, ValueId> names;
  };

  Status graph(const Graph& graph, const Scope* outer, ::onnx::GraphProto& proto);
  /// kInvalid if two values of a scope share a name.
  Status define(const Graph& graph, Scope& scope);
  Status define(ValueId id, Scope& scope);
  /// The name by which this scope sees the value; kInvalid if it does not.
  Result<std::string> visible(ValueId id, const Scope& scope) const;
  Status value_info(ValueId id, ::onnx::ValueInfoProto& proto) const;
  Status constant(ValueId id, ::onnx::GraphProto& proto);
  Status node(const Node& node, const Scope& scope, ::onnx::NodeProto& proto);
  Status attribute(const Attribute& attribute, const Scope& scope, ::onnx::AttributeProto& proto);
  Status graphs(const std::vector<GraphBox>& boxes, const Scope& scope,
                ::onnx::AttributeProto& proto);
  Status inner_values(const Graph& graph, ::onnx::GraphProto& proto) const;
  void tensor_data(const tensor::Tensor& tensor, ::onnx::TensorProto& proto);

  const Model& model_;
  ExternalPlan& external_;
  std::vector<std::string> names_;  ///< by value id; nameless values get one
};

}  // namespace arete::model::onnx
