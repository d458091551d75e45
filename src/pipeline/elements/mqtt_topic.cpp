// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/mqtt_topic.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "io_mqtt/mqtt.hpp"

namespace arete::pipeline {
namespace {

std::string as_one_level(std::string_view text) {
  std::string level(text);
  std::ranges::replace_if(
      level, [](char c) { return c == '/' || c == '+' || c == '#' || c == '\0'; }, '_');
  return level.empty() ? "_" : level;
}

}  // namespace

Result<std::string> make_topic(std::string_view pattern, const TopicFields& fields) {
  const std::array<std::pair<std::string_view, std::string_view>, 4> known = {
      {{"pipeline", fields.pipeline},
       {"source", fields.source},
       {"element", fields.element},
       {"kind", fields.kind}}};
  std::string topic;
  while (!pattern.empty()) {
    const std::size_t open = std::min(pattern.find('{'), pattern.size());
    topic += pattern.substr(0, open);
    pattern.remove_prefix(open);
    if (pattern.empty()) {
      break;
    }
    const std::size_t close = pattern.find('}');
    if (close == std::string_view::npos) {
      return fail(ErrorCode::kInvalid, "a '{{' of the topic has no '}}'");
    }
    const std::string_view name = pattern.substr(1, close - 1);
    const auto* const field =
        std::ranges::find(known, name, [](const auto& one) { return one.first; });
    if (field == known.end()) {
      return fail(ErrorCode::kInvalid,
                  "'{}' is no field of a topic; there are pipeline, source, element, kind", name);
    }
    topic += as_one_level(field->second);
    pattern.remove_prefix(close + 1);
  }
  ARETE_TRY(io_mqtt::check_topic(topic));
  return topic;
}

}  // namespace arete::pipeline
