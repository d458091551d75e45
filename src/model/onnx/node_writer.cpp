// The part of GraphWriter that writes nodes and attributes.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "model/onnx/graph_writer.hpp"
#include "model/onnx/tensor_codec.hpp"
#include "model/onnx/type_codec.hpp"
#include "onnx.pb.h"

namespace arete::model::onnx {
namespace {

using Type = ::onnx::AttributeProto;

/// The kinds that need nothing but themselves.
struct PlainWriter {
  ::onnx::AttributeProto& proto;

  void operator()(std::int64_t value) const {
    proto.set_type(Type::INT);
    proto.set_i(value);
  }
  void operator()(float value) const {
    proto.set_type(Type::FLOAT);
    proto.set_f(value);
  }
  void operator()(const std::string& value) const {
    proto.set_type(Type::STRING);
    proto.set_s(value);
  }
  void operator()(const tensor::Tensor& value) const {
    proto.set_type(Type::TENSOR);
    put_tensor(value, *proto.mutable_t());
  }
  void operator()(const std::vector<std::int64_t>& value) const {
    proto.set_type(Type::INTS);
    proto.mutable_ints()->Add(value.begin(), value.end());
  }
  void operator()(const std::vector<float>& value) const {
    proto.set_type(Type::FLOATS);
    proto.mutable_floats()->Add(value.begin(), value.end());
  }
  void operator()(const std::vector<std::string>& value) const {
    proto.set_type(Type::STRINGS);
    for (const std::string& item : value) {
      proto.add_strings(item);
    }
  }
  void operator()(const std::vector<tensor::Tensor>& value) const {
    proto.set_type(Type::TENSORS);
    for (const tensor::Tensor& item : value) {
      put_tensor(item, *proto.add_tensors());
    }
  }
  void operator()(const AttributeReference& value) const {
    proto.set_ref_attr_name(value.name);
    if (Type::AttributeType_IsValid(value.onnx_type)) {
      proto.set_type(static_cast<Type::AttributeType>(value.onnx_type));
    }
  }
  // Graphs need scopes, encoded ones can fail: GraphWriter::attribute.
  void operator()(const GraphBox&) const {}
  void operator()(const std::vector<GraphBox>&) const {}
  void operator()(const EncodedAttribute&) const {}
};

using AttributeList = google::protobuf::RepeatedPtrField<::onnx::AttributeProto>;

/// A new entry, with what the encoded fields hold for this attribute (its documentation).
::onnx::AttributeProto& add_entry(const std::string& name, const AttributeList& remains,
                                  ::onnx::NodeProto& proto) {
  auto& entry = *proto.add_attribute();
  for (const auto& known : remains) {
    if (known.name() == name) {
      entry = known;
    }
  }
  entry.set_name(name);
  return entry;
}

}  // namespace

Status GraphWriter::graphs(const std::vector<GraphBox>& boxes, const Scope& scope,
                           ::onnx::AttributeProto& proto) {
  proto.set_type(Type::GRAPHS);
  for (const GraphBox& box : boxes) {
    ARETE_TRY(graph(*box, &scope, *proto.add_graphs()));
  }
  return {};
}

Status GraphWriter::attribute(const Attribute& attribute, const Scope& scope,
                              ::onnx::AttributeProto& proto) {
  if (const auto* box = std::get_if<GraphBox>(&attribute)) {
    proto.set_type(Type::GRAPH);
    return graph(**box, &scope, *proto.mutable_g());
  }
  if (const auto* boxes = std::get_if<std::vector<GraphBox>>(&attribute)) {
    return graphs(*boxes, scope, proto);
  }
  if (const auto* encoded = std::get_if<EncodedAttribute>(&attribute)) {
    if (!proto.ParseFromString(encoded->bytes)) {
      return fail(ErrorCode::kInvalid, "its encoded form is damaged");
    }
    return {};
  }
  std::visit(PlainWriter{proto}, attribute);
  return {};
}

Status GraphWriter::node(const Node& node, const Scope& scope, ::onnx::NodeProto& proto) {
  if (!node.encoded_fields.empty() && !proto.ParseFromString(node.encoded_fields)) {
    return fail(ErrorCode::kInvalid, "the encoded fields are damaged");
  }
  // Remains of attributes that a pass has removed must not come back.
  const AttributeList remains = proto.attribute();
  proto.clear_attribute();
  if (!node.name.empty()) {
    proto.set_name(node.name);
  }
  proto.set_op_type(node.op_type);
  if (!node.domain.empty()) {
    proto.set_domain(node.domain);
  }
  if (!node.overload.empty()) {
    proto.set_overload(node.overload);
  }
  if (!node.doc.empty()) {
    proto.set_doc_string(node.doc);
  }
  put_metadata(node.metadata, *proto.mutable_metadata_props());
  for (const ValueId id : node.inputs) {
    ARETE_TRY_ASSIGN(std::string name, visible(id, scope));
    proto.add_input(std::move(name));
  }
  for (const ValueId id : node.outputs) {
    proto.add_output(id == kNoValue ? std::string() : names_[index_of(id)]);
  }
  for (const auto& [name, value] : node.attributes) {
    auto& entry = add_entry(name, remains, proto);
    ARETE_TRY(attribute(value, scope, entry), "attribute '{}'", name);
    entry.set_name(name);
  }
  return {};
}

}  // namespace arete::model::onnx
