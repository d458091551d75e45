// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/event_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "pipeline/elements/element_input.hpp"

namespace arete::pipeline {
namespace {

using document::MapReader;

Result<Nanoseconds> read_seconds(MapReader& reader, std::string_view key, double fallback) {
  ARETE_TRY_ASSIGN(const double value, reader.optional<double>(key, fallback, {0, kMaxSeconds}));
  return from_seconds(value);
}

Status read_frames(MapReader& reader, EventRuleSettings& settings) {
  const document::Node* const node = reader.find("frames");
  if (node == nullptr) {
    return {};
  }
  ARETE_TRY_ASSIGN(const auto values,
                   document::value_as<std::vector<int>>(*node, "frames", {1, 1000}));
  if (values.size() != 2 || values[0] > values[1]) {
    return document::invalid_node(
        *node, "'frames' must be [K, N]: true in K of the last N frames, K at most N");
  }
  if (reader.has("for") || reader.has("max_gap")) {
    return document::invalid_node(*node, "'frames' goes without 'for' and 'max_gap'");
  }
  settings.hits = values[0];
  settings.frames = values[1];
  return {};
}

Status read_kinds(MapReader& reader, NamedRule& rule) {
  if (!reader.has("kinds")) {
    return {};
  }
  ARETE_TRY_ASSIGN(const auto kinds, read_labels(reader, "kinds"));
  rule.tell_appeared = rule.tell_disappeared = false;
  for (const std::string& kind : kinds) {
    if (kind != "appeared" && kind != "disappeared") {
      return document::invalid_node(
          *reader.find("kinds"),
          fmt::format("'kinds' has '{}', but must be of: appeared, disappeared", kind));
    }
    (kind == "appeared" ? rule.tell_appeared : rule.tell_disappeared) = true;
  }
  return {};
}

Result<NamedRule> read_rule(const document::Node& node) {
  NamedRule rule;
  rule.name = node.key();
  const std::string what = fmt::format("the rule '{}'", rule.name);
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, what));
  ARETE_TRY_ASSIGN(rule.labels, read_labels(reader, "labels"));
  ARETE_TRY_ASSIGN(const double score, reader.optional<double>("min_score", 0, {0, 1}));
  EventRuleSettings& settings = rule.settings;
  settings.min_score = static_cast<float>(score);
  settings.what = rule.labels.empty() ? "anything" : fmt::format("{}", fmt::join(rule.labels, "|"));
  ARETE_TRY_ASSIGN(settings.at_least, reader.optional<int>("at_least", 1, {1, 10'000}));
  ARETE_TRY_ASSIGN(settings.lasting, read_seconds(reader, "for", 0));
  ARETE_TRY_ASSIGN(settings.max_gap, read_seconds(reader, "max_gap", 0));
  ARETE_TRY(read_frames(reader, settings));
  ARETE_TRY_ASSIGN(settings.absent_for, read_seconds(reader, "absent_for", 1));
  ARETE_TRY_ASSIGN(settings.cooldown, read_seconds(reader, "cooldown", 0));
  ARETE_TRY(read_kinds(reader, rule));
  ARETE_TRY(reader.finish());
  return rule;
}

Result<NamedSegments> read_segments(const document::Node& node) {
  NamedSegments segments;
  segments.name = node.key();
  const std::string what = fmt::format("the segments '{}'", segments.name);
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, what));
  SegmentSettings& settings = segments.settings;
  ARETE_TRY_ASSIGN(segments.label, reader.optional<std::string>("label", ""));
  ARETE_TRY_ASSIGN(const double start, reader.optional<double>("start_score", 0.5, {0, 1}));
  ARETE_TRY_ASSIGN(const double end, reader.optional<double>("end_score", start * 0.7, {0, start}));
  settings.start_score = static_cast<float>(start);
  settings.end_score = static_cast<float>(end);
  ARETE_TRY_ASSIGN(settings.min_duration, read_seconds(reader, "min_duration", 0.25));
  ARETE_TRY_ASSIGN(settings.max_gap, read_seconds(reader, "max_gap", 0.1));
  ARETE_TRY_ASSIGN(settings.padding, read_seconds(reader, "padding", 0.03));
  ARETE_TRY(reader.finish());
  return segments;
}

/// A map from names to what `read` makes of them.
template <class T>
Result<std::vector<T>> read_named(MapReader& reader, std::string_view key,
                                  Result<T> (*read)(const document::Node&)) {
  std::vector<T> all;
  const document::Node* const node = reader.find(key);
  if (node == nullptr) {
    return all;
  }
  if (!node->is_map()) {
    return document::invalid_node(*node, fmt::format("'{}' must be a map from names", key));
  }
  for (const document::Node& item : node->items()) {
    ARETE_TRY_ASSIGN(T one, read(item));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

Result<EventSettings> read_event_settings(MapReader& reader) {
  EventSettings settings;
  ARETE_TRY_ASSIGN(settings.of, reader.optional<std::string>("of", ""));
  ARETE_TRY_ASSIGN(settings.rules, read_named(reader, "rules", read_rule));
  ARETE_TRY_ASSIGN(settings.segments, read_named(reader, "segments", read_segments));
  if (settings.rules.empty() && settings.segments.empty()) {
    return document::invalid_node(reader.node(), "an event element needs 'rules' or 'segments'");
  }
  return settings;
}

}  // namespace arete::pipeline
