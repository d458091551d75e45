// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/tensor_codec.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "model/onnx/element_types.hpp"
#include "onnx.pb.h"

namespace arete::model::onnx {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// Moves a protobuf string into shared bytes without copying it.
SharedBytes take_bytes(std::string* text) {
  const std::shared_ptr<std::string> owner(text);
  return {std::shared_ptr<const std::byte>(owner, as_bytes(*owner).data()), owner->size()};
}

Result<std::uint64_t> parse_count(const std::string& key, const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorCode::kCorrupt, "external data: {} '{}' is not a count", key, text);
  }
  return number;
}

Result<ExternalPlace> external_place(const ::onnx::TensorProto& proto) {
  ExternalPlace place;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") {
      place.location = entry.value();
    } else if (entry.key() == "offset") {
      ARETE_TRY_ASSIGN(place.offset, parse_count(entry.key(), entry.value()));
    } else if (entry.key() == "length") {
      ARETE_TRY_ASSIGN(place.length, parse_count(entry.key(), entry.value()));
    }
  }
  return place;
}

/// Copies the numbers of a typed field, each narrowed to the bits of Target, bit for bit.
template <class Target, class Field>
Result<SharedBytes> narrowed(const Field& field, std::size_t wanted_bytes, const char* name) {
  const auto count = static_cast<std::size_t>(field.size());
  if (count > wanted_bytes || count * sizeof(Target) != wanted_bytes) {
    return fail(ErrorCode::kCorrupt, "{} holds {} numbers where {} are needed", name, count,
                wanted_bytes / sizeof(Target));
  }
  Bytes bytes(wanted_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<Target>(field.Get(static_cast<int>(i)));
    std::memcpy(bytes.data() + i * sizeof(Target), &number, sizeof(Target));
  }
  return SharedBytes(std::move(bytes));
}

/// The data from the field that ONNX prescribes for the type.
Result<SharedBytes> typed_data(const ::onnx::TensorProto& proto, DType dtype, std::size_t wanted) {
  switch (dtype) {
    case DType::kF32:
    case DType::kC64:
      return narrowed<float>(proto.float_data(), wanted, "float_data");
    case DType::kF64:
    case DType::kC128:
      return narrowed<double>(proto.double_data(), wanted, "double_data");
    case DType::kI64:
      return narrowed<std::int64_t>(proto.int64_data(), wanted, "int64_data");
    case DType::kU64:
      return narrowed<std::uint64_t>(proto.uint64_data(), wanted, "uint64_data");
    case DType::kU32:
      return narrowed<std::uint32_t>(proto.uint64_data(), wanted, "uint64_data");
    case DType::kI32:
      return narrowed<std::int32_t>(proto.int32_data(), wanted, "int32_data");
    case DType::kI16:
    case DType::kU16:
    case DType::kF16:
    case DType::kBf16:
      return narrowed<std::uint16_t>(proto.int32_data(), wanted, "int32_data");
    default:  // one byte an entry; packed types come packed
      return narrowed<std::uint8_t>(proto.int32_data(), wanted, "int32_data");
  }
}

/// Bools other than 0 and 1 would be undefined behavior for whoever reads them as bool.
SharedBytes clean_bools(SharedBytes bytes) {
  const auto is_clean = [](std::byte b) { return std::to_integer<int>(b) <= 1; };
  if (std::ranges::all_of(bytes.view(), is_clean)) {
    return bytes;
  }
  Bytes copy(bytes.view().begin(), bytes.view().end());
  for (std::byte& b : copy) {
    b = is_clean(b) ? b : std::byte{1};
  }
  return SharedBytes(std::move(copy));
}

Result<Tensor> take_strings(::onnx::TensorProto& proto, Shape shape) {
  if (proto.data_location() == ::onnx::TensorProto::EXTERNAL || proto.has_raw_data()) {
    return fail(ErrorCode::kCorrupt, "strings must lie in string_data");
  }
  std::vector<std::string> strings;
  strings.reserve(static_cast<std::size_t>(proto.string_data_size()));
  for (std::string& text : *proto.mutable_string_data()) {
    strings.push_back(std::move(text));
  }
  return Tensor::from_strings(std::move(shape), std::move(strings));
}

Result<SharedBytes> take_data(::onnx::TensorProto& proto, DType dtype, std::size_t wanted,
                              ExternalData& external) {
  if (proto.data_location() == ::onnx::TensorProto::EXTERNAL) {
    ARETE_TRY_ASSIGN(const ExternalPlace place, external_place(proto));
    return external.load(place, wanted);
  }
  if (!proto.has_raw_data()) {
    return typed_data(proto, dtype, wanted);
  }
  if (proto.raw_data().size() != wanted) {
    return fail(ErrorCode::kCorrupt, "raw_data holds {} bytes where {} are needed",
                proto.raw_data().size(), wanted);
  }
  return take_bytes(proto.release_raw_data());
}

void clear_modelled(::onnx::TensorProto& proto) {
  proto.clear_dims();
  proto.clear_data_type();
  proto.clear_float_data();
  proto.clear_int32_data();
  proto.clear_string_data();
  proto.clear_int64_data();
  proto.clear_raw_data();
  proto.clear_external_data();
  proto.clear_data_location();
  proto.clear_double_data();
  proto.clear_uint64_data();
}

}  // namespace

Result<Tensor> take_tensor(::onnx::TensorProto& proto, ExternalData& external) {
  const auto dtype = dtype_from_onnx(proto.data_type());
  if (!dtype || *dtype == DType::kUndefined) {
    return fail(ErrorCode::kCorrupt, "element type {} is not defined", proto.data_type());
  }
  if (proto.has_segment()) {
    return fail(ErrorCode::kUnsupported, "a tensor in segments is not supported");
  }
  const std::vector<std::int64_t> dims(proto.dims().begin(), proto.dims().end());
  ARETE_TRY_ASSIGN(const std::int64_t elements, tensor::checked_elements(dims));
  Shape shape(dims);
  Tensor tensor;
  if (*dtype == DType::kString) {
    ARETE_TRY_ASSIGN(tensor, take_strings(proto, std::move(shape)));
  } else {
    const std::size_t wanted = tensor::bytes_of(*dtype, static_cast<std::size_t>(elements));
    ARETE_TRY_ASSIGN(SharedBytes bytes, take_data(proto, *dtype, wanted, external));
    if (*dtype == DType::kBool) {
      bytes = clean_bools(std::move(bytes));
    }
    ARETE_TRY_ASSIGN(tensor, Tensor::from_bytes(*dtype, std::move(shape), std::move(bytes)));
  }
  clear_modelled(proto);
  return tensor;
}

void put_tensor_type(const Tensor& tensor, ::onnx::TensorProto& proto) {
  proto.set_data_type(onnx_from_dtype(tensor.dtype()));
  proto.clear_dims();
  for (const std::int64_t extent : tensor.shape()) {
    proto.add_dims(extent);
  }
}

void put_tensor(const Tensor& tensor, ::onnx::TensorProto& proto) {
  put_tensor_type(tensor, proto);
  if (tensor.dtype() == DType::kString) {
    for (const std::string& text : tensor.strings()) {
      proto.add_string_data(text);
    }
    return;
  }
  proto.set_raw_data(tensor.bytes().data(), tensor.bytes().size());
}

}  // namespace arete::model::onnx
