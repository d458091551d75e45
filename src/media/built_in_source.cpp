// SPDX-License-Identifier: Apache-2.0
#include "media/built_in_source.hpp"

#include <cmath>

namespace arete::media {

Nanoseconds due_time(std::int64_t index, double per_second) {
  return Nanoseconds(std::llround(static_cast<double>(index) / per_second * 1e9));
}

Result<std::optional<MediaPacket>> BuiltInSource::next() {
  if (stopped_) {
    return fail(ErrorCode::kCancelled, "{}: stopped", info_.name);
  }
  if (failure_) {
    return std::unexpected<Error>(*failure_);
  }
  if (ended_) {
    return std::nullopt;
  }
  auto packet = read_next();
  if (!packet && !survives_errors()) {
    failure_ = packet.error();
  }
  ended_ = packet.has_value() && !packet->has_value();
  return packet;
}

}  // namespace arete::media
