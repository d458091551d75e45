// Events and results of a running pipeline as the objects of docs/reference/json.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "document/node.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {

/// Whose packet it is.
struct PacketOrigin {
  std::string_view pipeline;
  std::string_view source;
};

/// Times are media time, so that a replay gives the same object.
[[nodiscard]] document::Node to_node(const EventRecord& event, const Stamp& stamp,
                                     const PacketOrigin& origin);
/// What one element found in a frame, with the counts of zones and lines.
[[nodiscard]] document::Node to_node(const ElementResult& result, const Stamp& stamp,
                                     const PacketOrigin& origin);

/// "2026-11-22T19:05:00.250Z" of a wall time.
[[nodiscard]] std::string wall_time_text(Nanoseconds wall);

}  // namespace arete::pipeline
