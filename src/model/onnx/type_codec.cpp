// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/type_codec.hpp"

#include <algorithm>
#include <utility>

#include "model/onnx/element_types.hpp"
#include "onnx.pb.h"

namespace arete::model::onnx {
namespace {

using tensor::DType;

Dim take_dim(const ::onnx::TensorShapeProto::Dimension& proto) {
  if (proto.has_dim_param() && !proto.dim_param().empty()) {
    return Dim(proto.dim_param());
  }
  // Some exporters write -1 for "not known".
  return proto.has_dim_value() && proto.dim_value() >= 0 ? Dim(proto.dim_value()) : Dim();
}

void take_shape(const ::onnx::TensorShapeProto& proto, Value& value) {
  SymbolicShape shape;
  std::vector<std::string> denotations;
  for (const auto& dim : proto.dim()) {
    shape.push_back(take_dim(dim));
    denotations.push_back(dim.denotation());
  }
  value.shape = std::move(shape);
  if (!std::ranges::all_of(denotations, &std::string::empty)) {
    value.denotations = std::move(denotations);
  }
}

ValueKind kind_of(const ::onnx::TypeProto& type) {
  switch (type.value_case()) {
    case ::onnx::TypeProto::kSequenceType:
      return ValueKind::kSequence;
    case ::onnx::TypeProto::kMapType:
      return ValueKind::kMap;
    case ::onnx::TypeProto::kOptionalType:
      return ValueKind::kOptional;
    case ::onnx::TypeProto::kSparseTensorType:
      return ValueKind::kSparseTensor;
    case ::onnx::TypeProto::kOpaqueType:
      return ValueKind::kOpaque;
    default:
      return ValueKind::kTensor;
  }
}

Status take_element_type(int element, Value& value) {
  const auto dtype = dtype_from_onnx(element);
  if (!dtype) {
    return fail(ErrorCode::kCorrupt, "'{}' has element type {}, which is not defined", value.name,
                element);
  }
  if (value.dtype != DType::kUndefined && *dtype != DType::kUndefined && *dtype != value.dtype) {
    return fail(ErrorCode::kCorrupt, "'{}' is declared {} in one place and {} in another",
                value.name, tensor::name_of(value.dtype), tensor::name_of(*dtype));
  }
  value.dtype = *dtype == DType::kUndefined ? value.dtype : *dtype;
  return {};
}

Status take_type(::onnx::TypeProto& type, Value& value) {
  const ValueKind kind = kind_of(type);
  if (kind != ValueKind::kTensor || is_carried_only(type.tensor_type().elem_type())) {
    value.kind = kind;
    value.encoded_type = type.SerializeAsString();
    return {};
  }
  ARETE_TRY(take_element_type(type.tensor_type().elem_type(), value));
  if (type.tensor_type().has_shape() && !value.shape) {
    take_shape(type.tensor_type().shape(), value);
  }
  if (type.has_denotation() || !type.unknown_fields().empty()) {
    type.clear_tensor_type();
    value.encoded_type = type.SerializeAsString();
  }
  return {};
}

void put_shape(const Value& value, ::onnx::TensorShapeProto& proto) {
  proto.clear_dim();
  for (std::size_t axis = 0; axis < value.shape->size(); ++axis) {
    const Dim& dim = (*value.shape)[axis];
    auto& out = *proto.add_dim();
    if (dim.known()) {
      out.set_dim_value(dim.size());
    } else if (!dim.symbol().empty()) {
      out.set_dim_param(dim.symbol());
    }
    if (axis < value.denotations.size() && !value.denotations[axis].empty()) {
      out.set_denotation(value.denotations[axis]);
    }
  }
}

}  // namespace

void take_metadata(const EntryList& from, std::map<std::string, std::string>& to) {
  for (const auto& entry : from) {
    to.insert_or_assign(entry.key(), entry.value());
  }
}

void put_metadata(const std::map<std::string, std::string>& from, EntryList& to) {
  for (const auto& [key, text] : from) {
    auto& entry = *to.Add();
    entry.set_key(key);
    entry.set_value(text);
  }
}

Status take_value_info(::onnx::ValueInfoProto& proto, Value& value) {
  if (proto.has_type()) {
    ARETE_TRY(take_type(*proto.mutable_type(), value));
  }
  if (value.doc.empty()) {
    value.doc = proto.doc_string();
  }
  take_metadata(proto.metadata_props(), value.metadata);
  return {};
}

bool has_value_info(const Value& value) {
  return value.dtype != DType::kUndefined || value.shape.has_value() ||
         !value.encoded_type.empty() || !value.doc.empty() || !value.metadata.empty();
}

Status put_value_info(const Value& value, ::onnx::ValueInfoProto& proto) {
  if (!value.encoded_type.empty() && !proto.mutable_type()->ParseFromString(value.encoded_type)) {
    return fail(ErrorCode::kInvalid, "the encoded type of '{}' is damaged", value.name);
  }
  if (value.kind == ValueKind::kTensor) {
    if (value.dtype != DType::kUndefined) {
      proto.mutable_type()->mutable_tensor_type()->set_elem_type(onnx_from_dtype(value.dtype));
    }
    if (value.shape) {
      put_shape(value, *proto.mutable_type()->mutable_tensor_type()->mutable_shape());
    }
  }
  if (!value.doc.empty()) {
    proto.set_doc_string(value.doc);
  }
  put_metadata(value.metadata, *proto.mutable_metadata_props());
  return {};
}

}  // namespace arete::model::onnx
