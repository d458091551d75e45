// Who is in one zone of one stream: an object is in when it was seen inside for long enough, and
// out when it was seen outside or not at all for long enough, so that one that stands on the border
// does not come and go. Not here: polygons, events.
// Threads: a value, serial. Pure: all time is media time that the caller passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

struct ZoneTimes {
  Nanoseconds enter_after{0};  ///< inside on end for so long
  Nanoseconds leave_after{0};  ///< outside on end for so long
  Nanoseconds lost_after{0};   ///< not seen for so long
  Nanoseconds dwell{0};        ///< 0 = not asked for
};

enum class ZoneChange : std::uint8_t { kEntered, kDwelled, kLeft, kLost };

struct ZoneOutcome {
  ZoneChange change = ZoneChange::kEntered;
  std::int64_t track = 0;
  tensor::Detection detection;  ///< as it was last seen
  Nanoseconds entered{0};       ///< when it was first inside
  Nanoseconds until{0};         ///< kLeft, kLost: when it was last inside; else now
  double value = 0;             ///< seconds that were compared with `limit`
  double limit = 0;
};

class ZonePresence {
 public:
  /// A tracked object of this frame.
  void see(const tensor::Detection& detection, bool inside, Nanoseconds now);
  /// After all of a frame: what changed, by track.
  [[nodiscard]] std::vector<ZoneOutcome> settle(const ZoneTimes& times, Nanoseconds now);
  void restart() { objects_.clear(); }

  [[nodiscard]] std::int64_t inside() const;
  /// Entries so far, by label.
  [[nodiscard]] const std::map<std::string, std::int64_t>& totals() const { return totals_; }

 private:
  struct Object {
    tensor::Detection detection;
    bool in_now = false;  ///< as last seen
    bool counted = false;
    bool dwelled = false;
    Nanoseconds seen{0};
    Nanoseconds side_since{0};  ///< first frame on end with in_now as it is
    Nanoseconds entered{0};
    Nanoseconds last_inside{0};
  };

  std::map<std::int64_t, Object> objects_;  ///< by track
  std::map<std::string, std::int64_t> totals_;
};

}  // namespace arete::pipeline
