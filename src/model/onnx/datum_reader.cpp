// SequenceProto and OptionalProto have the same field numbers for what they hold, so one walk over
// the wire format reads both: 2 kind of element, 3 tensors, 5 sequences, 7 optionals.
// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/datum_reader.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/io/coded_stream.h>

#include "model/onnx/external_data.hpp"
#include "model/onnx/tensor_codec.hpp"
#include "onnx.pb.h"

namespace arete::model {
namespace {

using google::protobuf::io::CodedInputStream;

constexpr int kDeepestDatum = 16;
constexpr std::uint32_t kTensorField = 3;
constexpr std::uint32_t kSequenceField = 5;
constexpr std::uint32_t kOptionalField = 7;

/// The length-delimited fields of a message, in order; others are skipped.
struct WireField {
  std::uint32_t number;
  std::string bytes;
};

Result<std::vector<WireField>> delimited_fields(ByteView message) {
  CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(message.data()),
                          static_cast<int>(message.size()));
  std::vector<WireField> fields;
  while (const std::uint32_t tag = stream.ReadTag()) {
    bool good = false;
    std::uint64_t ignored = 0;
    std::uint32_t length = 0;
    WireField field{.number = tag >> 3U, .bytes = {}};
    switch (tag & 7U) {
      case 0:
        good = stream.ReadVarint64(&ignored);
        break;
      case 1:
        good = stream.Skip(8);
        break;
      case 2:
        good = stream.ReadVarint32(&length) && length <= message.size() &&
               stream.ReadString(&field.bytes, static_cast<int>(length));
        fields.push_back(std::move(field));
        break;
      case 5:
        good = stream.Skip(4);
        break;
      default:
        break;
    }
    if (!good) {
      return fail(ErrorCode::kCorrupt, "the message ends within a field or has an unknown kind");
    }
  }
  return fields;
}

Result<Datum> read_datum(ByteView message, ValueKind kind, int depth) {
  if (depth > kDeepestDatum) {
    return fail(ErrorCode::kCorrupt, "values nest deeper than {}", kDeepestDatum);
  }
  if (kind == ValueKind::kTensor) {
    ARETE_TRY_ASSIGN(auto tensor, read_onnx_tensor(message));
    return Datum{.tensor = std::move(tensor)};
  }
  if (kind != ValueKind::kSequence && kind != ValueKind::kOptional) {
    return fail(ErrorCode::kUnsupported, "maps and sparse tensors are not read");
  }
  if (message.size() > static_cast<std::size_t>(INT32_MAX)) {
    return fail(ErrorCode::kCorrupt, "a message of {} bytes", message.size());
  }
  ARETE_TRY_ASSIGN(const auto fields, delimited_fields(message));
  std::vector<Datum> items;
  for (const WireField& field : fields) {
    const ByteView bytes = as_bytes(field.bytes);
    if (field.number == kTensorField) {
      ARETE_TRY_ASSIGN(items.emplace_back(), read_datum(bytes, ValueKind::kTensor, depth + 1));
    } else if (field.number == kSequenceField) {
      ARETE_TRY_ASSIGN(items.emplace_back(), read_datum(bytes, ValueKind::kSequence, depth + 1));
    } else if (field.number == kOptionalField) {
      ARETE_TRY_ASSIGN(items.emplace_back(), read_datum(bytes, ValueKind::kOptional, depth + 1));
    }
  }
  if (kind == ValueKind::kSequence) {
    return Datum{.sequence = std::move(items)};
  }
  return items.empty() ? Datum{.present = false} : std::move(items.front());
}

}  // namespace

Result<tensor::Tensor> read_onnx_tensor(ByteView message) {
  ::onnx::TensorProto proto;
  if (message.size() > static_cast<std::size_t>(INT32_MAX) ||
      !proto.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return fail(ErrorCode::kCorrupt, "{} bytes are not a TensorProto", message.size());
  }
  onnx::ExternalData nowhere{std::filesystem::path()};
  return onnx::take_tensor(proto, nowhere);
}

Result<Datum> read_onnx_datum(ByteView message, ValueKind kind) {
  return read_datum(message, kind, 0);
}

}  // namespace arete::model
