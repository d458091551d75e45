// The part of GraphReader that reads nodes and attributes.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "model/onnx/element_types.hpp"
#include "model/onnx/graph_reader.hpp"
#include "model/onnx/tensor_codec.hpp"
#include "onnx.pb.h"

namespace arete::model::onnx {
namespace {

using Type = ::onnx::AttributeProto;

/// Files of the first versions leave the type out.
Type::AttributeType type_of(const ::onnx::AttributeProto& proto) {
  if (proto.type() != Type::UNDEFINED) {
    return proto.type();
  }
  if (proto.has_f()) return Type::FLOAT;
  if (proto.has_i()) return Type::INT;
  if (proto.has_s()) return Type::STRING;
  if (proto.has_t()) return Type::TENSOR;
  if (proto.has_g()) return Type::GRAPH;
  if (proto.floats_size() > 0) return Type::FLOATS;
  if (proto.ints_size() > 0) return Type::INTS;
  if (proto.strings_size() > 0) return Type::STRINGS;
  if (proto.tensors_size() > 0) return Type::TENSORS;
  if (proto.graphs_size() > 0) return Type::GRAPHS;
  return Type::UNDEFINED;
}

bool any_carried_only(const ::onnx::AttributeProto& proto) {
  if (is_carried_only(proto.t().data_type())) {
    return true;
  }
  for (const auto& tensor : proto.tensors()) {
    if (is_carried_only(tensor.data_type())) {
      return true;
    }
  }
  return false;
}

/// Clears what the IR has taken; whether anything else is left but the name.
bool attribute_leftover(::onnx::AttributeProto& proto) {
  proto.clear_ref_attr_name();
  proto.clear_type();
  proto.clear_f();
  proto.clear_i();
  proto.clear_s();
  if (proto.has_t() && proto.t().ByteSizeLong() == 0) {
    proto.clear_t();
  }
  proto.clear_g();
  proto.clear_sparse_tensor();
  proto.clear_tp();
  proto.clear_floats();
  proto.clear_ints();
  proto.clear_strings();
  proto.clear_tensors();
  proto.clear_graphs();
  proto.clear_sparse_tensors();
  proto.clear_type_protos();
  return proto.has_doc_string() || proto.has_t() || !proto.unknown_fields().empty();
}

std::string node_leftover(::onnx::NodeProto& proto) {
  proto.clear_input();
  proto.clear_output();
  proto.clear_name();
  proto.clear_op_type();
  proto.clear_domain();
  proto.clear_overload();
  proto.clear_doc_string();
  proto.clear_metadata_props();
  auto& attributes = *proto.mutable_attribute();
  for (int i = attributes.size(); i-- > 0;) {
    if (!attribute_leftover(*attributes.Mutable(i))) {
      attributes.DeleteSubrange(i, 1);
    }
  }
  return proto.SerializeAsString();
}

}  // namespace

Result<Attribute> GraphReader::take_tensors(::onnx::AttributeProto& proto) {
  if (type_of(proto) == Type::TENSOR) {
    if (!proto.has_t()) {
      return fail(ErrorCode::kCorrupt, "its tensor is missing");
    }
    ARETE_TRY_ASSIGN(tensor::Tensor tensor, take_tensor(*proto.mutable_t(), external_));
    return Attribute(std::move(tensor));
  }
  std::vector<tensor::Tensor> tensors;
  for (auto& item : *proto.mutable_tensors()) {
    ARETE_TRY_ASSIGN(tensor::Tensor tensor, take_tensor(item, external_));
    tensors.push_back(std::move(tensor));
  }
  return Attribute(std::move(tensors));
}

Result<Attribute> GraphReader::take_graphs(::onnx::AttributeProto& proto, const Scope* scope) {
  if (type_of(proto) == Type::GRAPH) {
    if (!proto.has_g()) {
      return fail(ErrorCode::kCorrupt, "its graph is missing");
    }
    ARETE_TRY_ASSIGN(Graph inner, graph(*proto.mutable_g(), scope));
    return Attribute(GraphBox(std::move(inner)));
  }
  std::vector<GraphBox> graphs;
  for (auto& item : *proto.mutable_graphs()) {
    ARETE_TRY_ASSIGN(Graph inner, graph(item, scope));
    graphs.emplace_back(std::move(inner));
  }
  return Attribute(std::move(graphs));
}

Result<Attribute> GraphReader::take_attribute(::onnx::AttributeProto& proto, const Scope* scope) {
  if (!proto.ref_attr_name().empty()) {
    return Attribute(AttributeReference{proto.ref_attr_name(), proto.type()});
  }
  if (any_carried_only(proto)) {
    return Attribute(EncodedAttribute{proto.SerializeAsString()});
  }
  switch (type_of(proto)) {
    case Type::FLOAT:
      return Attribute(proto.f());
    case Type::INT:
      return Attribute(std::int64_t{proto.i()});
    case Type::STRING:
      return Attribute(std::move(*proto.mutable_s()));
    case Type::TENSOR:
    case Type::TENSORS:
      return take_tensors(proto);
    case Type::GRAPH:
    case Type::GRAPHS:
      return take_graphs(proto, scope);
    case Type::FLOATS:
      return Attribute(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case Type::INTS:
      return Attribute(std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end()));
    case Type::STRINGS:
      return Attribute(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    default:  // sparse tensors, type protos, kinds of the future
      return Attribute(EncodedAttribute{proto.SerializeAsString()});
  }
}

Status GraphReader::take_attributes(::onnx::NodeProto& proto, const Scope& scope, Node& node) {
  for (auto& attribute : *proto.mutable_attribute()) {
    const std::string name = attribute.name();
    if (name.empty() || node.attributes.contains(name)) {
      return fail(ErrorCode::kCorrupt, "an attribute {} '{}'",
                  name.empty() ? "has no name" : "is given twice:", name);
    }
    ARETE_TRY_ASSIGN(Attribute value, take_attribute(attribute, &scope), "attribute '{}'", name);
    node.attributes.emplace(name, std::move(value));
  }
  return {};
}

Status GraphReader::take_node(::onnx::NodeProto& proto, const Scope& scope, Node& node) {
  node.name = proto.name();
  node.op_type = proto.op_type();
  node.domain = proto.domain() == "ai.onnx" ? std::string() : proto.domain();
  node.overload = proto.overload();
  node.doc = proto.doc_string();
  for (const auto& entry : proto.metadata_props()) {
    node.metadata.insert_or_assign(entry.key(), entry.value());
  }
  if (node.op_type.empty()) {
    return fail(ErrorCode::kCorrupt, "the operator's name is missing");
  }
  for (const std::string& name : proto.input()) {
    const auto id = name.empty() ? kNoValue : look_up(name, scope).value_or(kNoValue);
    if (!name.empty() && id == kNoValue) {
      return fail(ErrorCode::kCorrupt, "reads '{}', which nothing makes", name);
    }
    node.inputs.push_back(id);
  }
  for (const std::string& name : proto.output()) {
    node.outputs.push_back(name.empty() ? kNoValue : scope.names.at(name));
  }
  ARETE_TRY(take_attributes(proto, scope, node));
  node.encoded_fields = node_leftover(proto);
  return {};
}

}  // namespace arete::model::onnx
