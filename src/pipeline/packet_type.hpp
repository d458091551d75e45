// The types of packets, which the edges of a graph are checked by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace arete::pipeline {

/// What an edge of the graph carries; also used as a set of bits.
enum class PacketType : std::uint8_t {
  kFrame = 1,    ///< a picture
  kAudio = 2,    ///< sound
  kSeries = 4,   ///< sensor rows
  kTensor = 8,   ///< a model's raw outputs
  kResult = 16,  ///< findings, with the picture or window they were found in
};
using PacketTypes = std::uint8_t;

[[nodiscard]] constexpr PacketTypes operator|(PacketType a, PacketType b) {
  return static_cast<PacketTypes>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
[[nodiscard]] constexpr PacketTypes operator|(PacketTypes a, PacketType b) {
  return static_cast<PacketTypes>(a | static_cast<unsigned>(b));
}
[[nodiscard]] constexpr PacketTypes set_of(PacketType type) {
  return static_cast<PacketTypes>(type);
}
[[nodiscard]] constexpr bool contains(PacketTypes set, PacketType type) {
  return (set & static_cast<unsigned>(type)) != 0;
}
/// "frame", "audio", "series", "tensor", "result".
[[nodiscard]] std::string_view name_of(PacketType type);

}  // namespace arete::pipeline
