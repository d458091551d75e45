// Topics made from a pattern such as "arete/{pipeline}/{source}/{kind}". Internal to the MQTT
// element.
// Threads: pure functions. Errors: kInvalid for an unknown field or an impossible topic.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace arete::pipeline {

struct TopicFields {
  std::string_view pipeline;
  std::string_view source;
  std::string_view element;
  std::string_view kind;
};

/// Characters of a field that a topic gives a meaning ('/', '+', '#') become '_'.
[[nodiscard]] Result<std::string> make_topic(std::string_view pattern, const TopicFields& fields);

}  // namespace arete::pipeline
