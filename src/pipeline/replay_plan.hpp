// What a replay takes from a recording instead of deciding it again: when each packet came, and
// which packets were lost in which queue. Threads: const use from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "pipeline/element.hpp"

namespace arete::pipeline {

struct RecordedStamp {
  Nanoseconds captured{0};
  Nanoseconds media_time{0};
  bool restart = false;  ///< the stream began anew before this packet
};

struct ReplayPlan {
  std::vector<std::vector<RecordedStamp>> stamps;  ///< [source][sequence]
  /// (element, source, sequence) -> kDropped or kRefused
  std::map<std::tuple<std::string, int, std::int64_t>, Decision> lost;

  [[nodiscard]] std::optional<Decision> loss_of(const std::string& element,
                                                const Stamp& stamp) const {
    const auto found = lost.find({element, stamp.source, stamp.sequence});
    return found == lost.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace arete::pipeline
