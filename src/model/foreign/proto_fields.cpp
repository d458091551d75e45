// SPDX-License-Identifier: Apache-2.0
#include "model/foreign/proto_fields.hpp"

#include <algorithm>
#include <optional>

namespace arete::model {
namespace {

constexpr std::size_t kFieldsEnough = 4096;

std::optional<std::uint64_t> take_varint(ByteView& rest) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 10 && i < rest.size(); ++i) {
    const auto byte = std::to_integer<std::uint64_t>(rest[i]);
    number |= (byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      rest = rest.subspan(i + 1);
      return number;
    }
  }
  return std::nullopt;
}

/// False if what follows cannot be a value of this wire type.
bool take_value(ByteView& rest, ProtoField& field) {
  if (field.wire_type == 0) {
    const auto number = take_varint(rest);
    field.varint = number.value_or(0);
    return number.has_value();
  }
  std::uint64_t length = field.wire_type == 1 ? 8 : 4;
  if (field.wire_type == 2) {
    const auto said = take_varint(rest);
    if (!said) {
      return false;
    }
    length = *said;
  } else if (field.wire_type != 1 && field.wire_type != 5) {
    return false;
  }
  const std::size_t here = std::min<std::uint64_t>(length, rest.size());
  field.bytes = rest.first(here);
  rest = rest.subspan(here);
  return true;
}

}  // namespace

std::vector<ProtoField> proto_fields(ByteView head) {
  std::vector<ProtoField> fields;
  ByteView rest = head;
  while (!rest.empty() && fields.size() < kFieldsEnough) {
    const auto tag = take_varint(rest);
    if (!tag) {
      break;  // cut off by the end of the head
    }
    ProtoField field;
    field.number = *tag >> 3;
    field.wire_type = static_cast<int>(*tag & 7);
    if (field.number == 0 || field.number > (1U << 29) || field.wire_type == 3 ||
        field.wire_type == 4 || field.wire_type > 5) {
      return {};
    }
    if (!take_value(rest, field)) {
      break;
    }
    fields.push_back(field);
  }
  return fields;
}

}  // namespace arete::model
