// Which packets a recorded run lost in which queue: what a replay loses again.
// Threads: const use from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "pipeline/element.hpp"

namespace arete::pipeline {

struct ReplayPlan {
  /// (element, source, sequence) -> kDropped or kRefused
  std::map<std::tuple<std::string, int, std::int64_t>, Decision> lost;

  [[nodiscard]] std::optional<Decision> loss_of(const std::string& element,
                                                const Stamp& stamp) const {
    const auto found = lost.find({element, stamp.source, stamp.sequence});
    return found == lost.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace arete::pipeline
