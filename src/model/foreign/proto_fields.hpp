// The top-level fields of what may be a protobuf message, read from its first bytes. Internal to
// model/foreign: enough to tell ONNX, TensorFlow and Core ML apart.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace arete::model {

struct ProtoField {
  std::uint64_t number = 0;
  int wire_type = 0;         ///< 0 varint, 1 and 5 fixed, 2 bytes
  std::uint64_t varint = 0;  ///< of wire type 0
  ByteView bytes;            ///< of wire type 2, as far as they lie in the head
};

/// Empty if the bytes are no message. The last field may reach beyond the head.
[[nodiscard]] std::vector<ProtoField> proto_fields(ByteView head);

}  // namespace arete::model
