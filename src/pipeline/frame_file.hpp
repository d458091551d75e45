// Packets of a recording as bytes: the samples of a frame, sound or rows one behind the other, with
// a line that says how to read them. Internal to recording and replay. Errors: kCorrupt for lines
// and sizes that do not fit. Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "media/stream.hpp"

namespace arete::pipeline {

/// Rows without padding, planes in their order; samples and values as little-endian f32 and f64.
[[nodiscard]] Bytes bytes_of(const media::MediaPacket& packet);

/// FNV-1a of bytes_of(), 64 bits, without making them.
[[nodiscard]] std::uint64_t hash_of(const media::MediaPacket& packet);

/// What bytes alone do not say: kind, format, size, color, rate, columns.
[[nodiscard]] document::Node description_of(const media::MediaPacket& packet);

/// The packet again.
[[nodiscard]] Result<media::MediaPacket> packet_from(const document::Node& description,
                                                     SharedBytes bytes);

}  // namespace arete::pipeline
