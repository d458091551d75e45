// SPDX-License-Identifier: Apache-2.0
#include "media/faulty_source.hpp"

namespace arete::media {

Result<std::optional<MediaPacket>> FaultySource::next() {
  if (plan_.fail_after && given_ >= *plan_.fail_after) {
    return fail(plan_.error, "{} fails by plan after {} packets", info().name, given_);
  }
  if (plan_.end_after && given_ >= *plan_.end_after) {
    return std::nullopt;
  }
  auto packet = inner_->next();
  given_ += packet.has_value() && packet->has_value() ? 1 : 0;
  return packet;
}

}  // namespace arete::media
