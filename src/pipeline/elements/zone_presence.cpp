// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/zone_presence.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.hpp"
#include "pipeline/elements/element_input.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

void ZonePresence::see(const tensor::Detection& detection, bool inside, Nanoseconds now) {
  const auto [found, is_new] = objects_.try_emplace(*detection.track);
  Object& object = found->second;
  object.detection = detection;
  if (is_new || object.in_now != inside) {
    object.side_since = now;
  }
  object.in_now = inside;
  object.seen = now;
  if (inside) {
    object.last_inside = now;
  }
}

std::vector<ZoneOutcome> ZonePresence::settle(const ZoneTimes& times, Nanoseconds now) {
  std::vector<ZoneOutcome> outcomes;
  for (auto item = objects_.begin(); item != objects_.end();) {
    Object& object = item->second;
    const auto tell = [&](ZoneChange change, Nanoseconds value, Nanoseconds limit) {
      const bool gone = change == ZoneChange::kLeft || change == ZoneChange::kLost;
      outcomes.push_back({change, item->first, object.detection, object.entered,
                          gone ? object.last_inside : now, to_seconds(value), to_seconds(limit)});
    };
    const Nanoseconds unseen = now - object.seen;
    if (unseen > Nanoseconds(0) && unseen >= times.lost_after) {
      if (object.counted) {
        tell(ZoneChange::kLost, unseen, times.lost_after);
      }
      item = objects_.erase(item);
      continue;
    }
    const Nanoseconds on_side = object.seen - object.side_since;
    if (object.in_now && !object.counted && on_side >= times.enter_after) {
      object.counted = true;
      object.entered = object.side_since;
      ++totals_[object.detection.label];
      tell(ZoneChange::kEntered, on_side, times.enter_after);
    } else if (!object.in_now && object.counted && on_side >= times.leave_after) {
      tell(ZoneChange::kLeft, on_side, times.leave_after);
      object.counted = object.dwelled = false;
    }
    const Nanoseconds stay = object.last_inside - object.entered;
    if (object.counted && !object.dwelled && times.dwell > Nanoseconds(0) && stay >= times.dwell) {
      object.dwelled = true;
      tell(ZoneChange::kDwelled, stay, times.dwell);
    }
    ++item;
  }
  return outcomes;
}

std::int64_t ZonePresence::inside() const {
  return std::ranges::count_if(objects_, [](const auto& item) { return item.second.counted; });
}

}  // namespace arete::pipeline
