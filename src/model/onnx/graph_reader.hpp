// GraphProto and FunctionProto to the IR: names become value ids, scope by scope. Destroys the
// protos as it goes, so that large data moves instead of being copied. Internal to model/onnx.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_map>

#include "model/ir/model.hpp"
#include "model/onnx/external_data.hpp"

namespace onnx {
class AttributeProto;
class FunctionProto;
class GraphProto;
class NodeProto;
class TensorProto;
}  // namespace onnx
namespace google::protobuf {
template <typename Element>
class RepeatedPtrField;
}

namespace arete::model::onnx {

class GraphReader {
 public:
  GraphReader(Model& model, ExternalData& external) : model_(model), external_(external) {}

  [[nodiscard]] Result<Graph> main_graph(::onnx::GraphProto& proto);
  [[nodiscard]] Result<Function> function(::onnx::FunctionProto& proto);

 private:
  using NodeList = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

  /// The names that one graph defines; a lookup goes outward.
  struct Scope {
    const Scope* outer = nullptr;
    int depth = 0;
    std::unordered_map<std::string, ValueId> names;
  };

  Result<Graph> graph(::onnx::GraphProto& proto, const Scope* outer);
  Status take_inputs(::onnx::GraphProto& proto, Scope& scope, Graph& graph);
  Status take_constants(::onnx::GraphProto& proto, Scope& scope, Graph& graph);
  Status take_constant(::onnx::TensorProto& proto, Scope& scope, Graph& graph);
  Status take_sparse_constants(::onnx::GraphProto& proto, Scope& scope, Graph& graph);
  Status define_node_outputs(const NodeList& nodes, Scope& scope);
  Status take_outputs(::onnx::GraphProto& proto, const Scope& scope, Graph& graph);
  Status take_nodes(NodeList& protos, const Scope& scope, Graph& graph);
  Status take_function_names(const ::onnx::FunctionProto& proto, Scope& scope, Graph& body);

  Status take_node(::onnx::NodeProto& proto, const Scope& scope, Node& node);
  Status take_attributes(::onnx::NodeProto& proto, const Scope& scope, Node& node);
  Result<Attribute> take_attribute(::onnx::AttributeProto& proto, const Scope* scope);
  Result<Attribute> take_tensors(::onnx::AttributeProto& proto);
  Result<Attribute> take_graphs(::onnx::AttributeProto& proto, const Scope* scope);

  /// kCorrupt if the name is empty or taken in this scope.
  Result<ValueId> define(const std::string& name, Scope& scope);
  static std::optional<ValueId> look_up(const std::string& name, const Scope& scope);

  Model& model_;
  ExternalData& external_;
};

}  // namespace arete::model::onnx
