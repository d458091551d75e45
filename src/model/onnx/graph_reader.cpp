// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/graph_reader.hpp"

#include <unordered_set>
#include <utility>

#include "base/log.hpp"
#include "model/onnx/element_types.hpp"
#include "model/onnx/onnx.hpp"
#include "model/onnx/tensor_codec.hpp"
#include "model/onnx/type_codec.hpp"
#include "onnx.pb.h"

namespace arete::model::onnx {
namespace {

using tensor::DType;

/// What remains of a graph after its modelled fields are gone; empty for nearly all files.
std::string graph_leftover(::onnx::GraphProto& proto) {
  proto.clear_node();
  proto.clear_name();
  proto.clear_initializer();
  proto.clear_sparse_initializer();
  proto.clear_doc_string();
  proto.clear_input();
  proto.clear_output();
  proto.clear_value_info();
  proto.clear_metadata_props();
  return proto.SerializeAsString();
}

std::string function_leftover(::onnx::FunctionProto& proto) {
  proto.clear_name();
  proto.clear_domain();
  proto.clear_overload();
  proto.clear_input();
  proto.clear_output();
  proto.clear_attribute();
  proto.clear_attribute_proto();
  proto.clear_node();
  proto.clear_doc_string();
  proto.clear_opset_import();
  proto.clear_value_info();
  proto.clear_metadata_props();
  return proto.SerializeAsString();
}

/// The shape a file declares for an input that is also a constant may have symbols; for all others
/// the data decides.
void settle_constant_shape(Value& value, bool is_input) {
  const SymbolicShape actual = symbolic(value.constant->shape());
  if (is_input && value.shape && value.shape->size() == actual.size()) {
    return;
  }
  if (value.shape && value.shape->size() != actual.size()) {
    ARETE_LOG(kWarning, "onnx_constant_shape_differs", {"value", value.name},
              {"declared", text_of(*value.shape)}, {"actual", text_of(actual)});
  }
  value.shape = actual;
}

}  // namespace

Result<ValueId> GraphReader::define(const std::string& name, Scope& scope) {
  if (name.empty()) {
    return fail(ErrorCode::kCorrupt, "a value has no name");
  }
  if (scope.names.contains(name)) {
    return fail(ErrorCode::kCorrupt, "'{}' is defined twice", name);
  }
  Value value;
  value.name = name;
  const ValueId id = model_.add_value(std::move(value));
  scope.names.emplace(name, id);
  return id;
}

std::optional<ValueId> GraphReader::look_up(const std::string& name, const Scope& scope) {
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    if (const auto found = at->names.find(name); found != at->names.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

Result<Graph> GraphReader::main_graph(::onnx::GraphProto& proto) { return graph(proto, nullptr); }

Result<Graph> GraphReader::graph(::onnx::GraphProto& proto, const Scope* outer) {
  Scope scope;
  scope.outer = outer;
  scope.depth = outer == nullptr ? 0 : outer->depth + 1;
  if (scope.depth > kDeepestSubgraph) {
    return fail(ErrorCode::kUnsupported, "subgraphs are nested deeper than {} levels",
                kDeepestSubgraph);
  }
  Graph graph;
  graph.name = proto.name();
  graph.doc = proto.doc_string();
  take_metadata(proto.metadata_props(), graph.metadata);
  ARETE_TRY(take_inputs(proto, scope, graph));
  ARETE_TRY(take_constants(proto, scope, graph));
  ARETE_TRY(take_sparse_constants(proto, scope, graph));
  ARETE_TRY(define_node_outputs(proto.node(), scope));
  ARETE_TRY(take_outputs(proto, scope, graph));
  for (auto& info : *proto.mutable_value_info()) {
    const auto known = scope.names.find(info.name());
    if (known != scope.names.end()) {
      ARETE_TRY(take_value_info(info, model_.value(known->second)), "value_info");
    }
  }
  const std::unordered_set<ValueId> inputs(graph.inputs.begin(), graph.inputs.end());
  for (const ValueId id : graph.constants) {
    if (model_.value(id).constant) {
      settle_constant_shape(model_.value(id), inputs.contains(id));
    }
  }
  ARETE_TRY(take_nodes(*proto.mutable_node(), scope, graph));
  graph.encoded_fields = graph_leftover(proto);
  return graph;
}

Status GraphReader::take_inputs(::onnx::GraphProto& proto, Scope& scope, Graph& graph) {
  for (auto& info : *proto.mutable_input()) {
    ARETE_TRY_ASSIGN(const ValueId id, define(info.name(), scope), "input of graph '{}'",
                     graph.name);
    ARETE_TRY(take_value_info(info, model_.value(id)), "input of graph '{}'", graph.name);
    graph.inputs.push_back(id);
  }
  return {};
}

Status GraphReader::take_constants(::onnx::GraphProto& proto, Scope& scope, Graph& graph) {
  for (auto& initializer : *proto.mutable_initializer()) {
    ARETE_TRY(take_constant(initializer, scope, graph), "initializer '{}'", initializer.name());
  }
  return {};
}

Status GraphReader::take_constant(::onnx::TensorProto& proto, Scope& scope, Graph& graph) {
  ValueId id = kNoValue;
  const auto known = scope.names.find(proto.name());
  if (known != scope.names.end() && !model_.value(known->second).constant &&
      model_.value(known->second).encoded_constant.empty()) {
    id = known->second;  // an input with a default
  } else {
    ARETE_TRY_ASSIGN(id, define(proto.name(), scope));
  }
  Value& value = model_.value(id);
  graph.constants.push_back(id);
  if (is_carried_only(proto.data_type())) {
    value.encoded_constant = proto.SerializeAsString();
    return {};
  }
  ARETE_TRY_ASSIGN(tensor::Tensor data, take_tensor(proto, external_));
  if (value.dtype != DType::kUndefined && value.dtype != data.dtype()) {
    return fail(ErrorCode::kCorrupt, "the input is declared {}, its default is {}",
                tensor::name_of(value.dtype), tensor::name_of(data.dtype()));
  }
  value.dtype = data.dtype();
  value.constant = std::move(data);
  proto.clear_name();
  value.encoded_constant = proto.SerializeAsString();
  return {};
}

Status GraphReader::take_sparse_constants(::onnx::GraphProto& proto, Scope& scope, Graph& graph) {
  for (const auto& sparse : proto.sparse_initializer()) {
    ARETE_TRY_ASSIGN(const ValueId id, define(sparse.values().name(), scope), "sparse initializer");
    Value& value = model_.value(id);
    value.kind = ValueKind::kSparseTensor;
    value.encoded_constant = sparse.SerializeAsString();
    graph.constants.push_back(id);
  }
  return {};
}

Status GraphReader::define_node_outputs(const NodeList& nodes, Scope& scope) {
  for (const auto& node : nodes) {
    for (const std::string& name : node.output()) {
      if (!name.empty()) {
        ARETE_TRY(define(name, scope), "an output of node '{}' ({})", node.name(), node.op_type());
      }
    }
  }
  return {};
}

Status GraphReader::take_outputs(::onnx::GraphProto& proto, const Scope& scope, Graph& graph) {
  for (auto& info : *proto.mutable_output()) {
    const auto id = look_up(info.name(), scope);
    if (!id) {
      return fail(ErrorCode::kCorrupt, "nothing makes '{}', an output of graph '{}'", info.name(),
                  graph.name);
    }
    ARETE_TRY(take_value_info(info, model_.value(*id)), "output of graph '{}'", graph.name);
    graph.outputs.push_back(*id);
  }
  return {};
}

Status GraphReader::take_nodes(NodeList& protos, const Scope& scope, Graph& graph) {
  graph.nodes.resize(static_cast<std::size_t>(protos.size()));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    ARETE_TRY(take_node(*protos.Mutable(static_cast<int>(i)), scope, node), "{}",
              describe(node, i));
  }
  return {};
}

Status GraphReader::take_function_names(const ::onnx::FunctionProto& proto, Scope& scope,
                                        Graph& body) {
  for (const std::string& name : proto.input()) {
    ARETE_TRY_ASSIGN(const ValueId id, define(name, scope), "an input");
    body.inputs.push_back(id);
  }
  ARETE_TRY(define_node_outputs(proto.node(), scope));
  for (const std::string& name : proto.output()) {
    const auto id = look_up(name, scope);
    if (!id) {
      return fail(ErrorCode::kCorrupt, "nothing makes its output '{}'", name);
    }
    body.outputs.push_back(*id);
  }
  return {};
}

Result<Function> GraphReader::function(::onnx::FunctionProto& proto) {
  Function function;
  function.name = proto.name();
  function.domain = proto.domain();
  function.overload = proto.overload();
  function.doc = proto.doc_string();
  function.attributes.assign(proto.attribute().begin(), proto.attribute().end());
  for (auto& attribute : *proto.mutable_attribute_proto()) {
    const std::string name = attribute.name();
    ARETE_TRY_ASSIGN(Attribute value, take_attribute(attribute, nullptr), "attribute '{}'", name);
    function.attribute_defaults.insert_or_assign(name, std::move(value));
  }
  for (const auto& import : proto.opset_import()) {
    function.opset_imports[import.domain() == "ai.onnx" ? "" : import.domain()] = import.version();
  }
  Scope scope;
  ARETE_TRY(take_function_names(proto, scope, function.body));
  for (auto& info : *proto.mutable_value_info()) {
    const auto known = scope.names.find(info.name());
    if (known != scope.names.end()) {
      ARETE_TRY(take_value_info(info, model_.value(known->second)), "value_info");
    }
  }
  take_metadata(proto.metadata_props(), function.body.metadata);
  ARETE_TRY(take_nodes(*proto.mutable_node(), scope, function.body));
  function.encoded_fields = function_leftover(proto);
  return function;
}

}  // namespace arete::model::onnx
