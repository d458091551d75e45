// The settings of the event element. Internal to it.
// Threads: plain values. Errors: kInvalid with the file's line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "document/reader.hpp"
#include "pipeline/elements/event_rule.hpp"
#include "pipeline/elements/score_segments.hpp"

namespace arete::pipeline {

/// Objects or classes to count, and when that is worth an event.
struct NamedRule {
  std::string name;
  std::vector<std::string> labels;  ///< empty = all
  EventRuleSettings settings;
  bool tell_appeared = true;
  bool tell_disappeared = false;
};

/// A class whose score cuts the stream into segments.
struct NamedSegments {
  std::string name;
  std::string label;  ///< empty = the first class, whatever it is
  SegmentSettings settings;
};

struct EventSettings {
  std::string of;
  std::vector<NamedRule> rules;
  std::vector<NamedSegments> segments;
};

[[nodiscard]] Result<EventSettings> read_event_settings(document::MapReader& settings);

}  // namespace arete::pipeline
