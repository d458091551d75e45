// What most elements read and look at alike: which earlier result is meant, labels, seconds, and
// packets that carry events alone. Internal to the elements.
// Threads: pure functions. Errors: kInvalid where the wanted result is not there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

/// The longest time that a setting may say, in seconds: a year.
inline constexpr double kMaxSeconds = 366.0 * 24 * 3600;

[[nodiscard]] double to_seconds(Nanoseconds time);
[[nodiscard]] Nanoseconds from_seconds(double seconds);

/// A packet that carries events and nothing else: its media is a sound of no length. An element
/// emits it in finish(); whoever looks at results passes it on.
[[nodiscard]] Packet events_packet(const Stamp& stamp);
[[nodiscard]] bool is_events_packet(const Packet& packet);

/// The result of the element named `of`, or the latest if that is empty.
[[nodiscard]] Result<const ElementResult*> wanted_result(const Packet& packet,
                                                         const std::string& of);

/// The same; kInvalid if no tracker has looked at it.
[[nodiscard]] Result<const ElementResult*> tracked_result(const Packet& packet,
                                                          const std::string& of);

/// One label or a list of them; empty = all.
[[nodiscard]] Result<std::vector<std::string>> read_labels(document::MapReader& settings,
                                                           std::string_view key);
[[nodiscard]] bool is_one_of(const std::vector<std::string>& labels, const std::string& label);

/// [x1, y1, x2, y2]
[[nodiscard]] document::Node box_node(const tensor::Box& box);

}  // namespace arete::pipeline
