// SPDX-License-Identifier: Apache-2.0
#include "io_mqtt/mqtt.hpp"

#include <string_view>

#include "base/result.hpp"

namespace arete::io_mqtt {

Status check_topic(std::string_view topic) {
  constexpr std::size_t kLongest = 65'535;
  if (topic.empty() || topic.size() > kLongest) {
    return fail(ErrorCode::kInvalid, "an MQTT topic must have 1 to {} bytes, not {}", kLongest,
                topic.size());
  }
  if (topic.find_first_of(std::string_view("+#\0", 3)) != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "the MQTT topic '{}' must not have '+', '#' or a NUL", topic);
  }
  return {};
}

}  // namespace arete::io_mqtt
