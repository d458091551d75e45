// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_times.hpp"

#include <algorithm>
#include <cmath>

namespace arete::pipeline {
namespace {

double percentile_ms(const std::vector<Nanoseconds>& sorted, double fraction) {
  const auto rank =
      static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(sorted.size())));
  const std::size_t index = rank == 0 ? 0 : std::min(rank, sorted.size()) - 1;
  return std::chrono::duration<double, std::milli>(sorted[index]).count();
}

}  // namespace

std::string_view name_of(Stage stage) {
  constexpr std::array<std::string_view, kStageCount> kNames = {
      "decode", "preprocess", "infer", "postprocess", "draw", "write"};
  return kNames[static_cast<std::size_t>(stage)];
}

void StageTimes::add(Stage stage, Nanoseconds duration) {
  durations_[static_cast<std::size_t>(stage)].push_back(duration);
  total_ += duration;
}

std::optional<StageSummary> StageTimes::summary(Stage stage) const {
  std::vector<Nanoseconds> sorted = durations_[static_cast<std::size_t>(stage)];
  if (sorted.empty()) {
    return std::nullopt;
  }
  std::ranges::sort(sorted);
  return StageSummary{percentile_ms(sorted, 0.50), percentile_ms(sorted, 0.99)};
}

}  // namespace arete::pipeline
