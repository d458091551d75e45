// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/motion_gate.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/clock.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/luma_grid.hpp"

namespace arete::pipeline {

double MotionGate::changed_share(const MotionSettings& settings, const LumaGrid& grid,
                                 const std::vector<bool>& wanted) {
  differences_.clear();
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (wanted.empty() || wanted[i]) {
      differences_.push_back(grid.cells[i] - mean_[i]);
    }
  }
  if (differences_.empty()) {
    return 0;
  }
  // What most cells share is the light's doing.
  sorted_ = differences_;
  const auto middle = sorted_.begin() + static_cast<std::ptrdiff_t>(sorted_.size() / 2);
  std::ranges::nth_element(sorted_, middle);
  const float light = *middle;
  const auto limit = static_cast<float>(settings.difference);
  const auto changed = std::ranges::count_if(
      differences_, [&](float difference) { return std::abs(difference - light) >= limit; });
  return static_cast<double>(changed) / static_cast<double>(differences_.size());
}

void MotionGate::adapt(const MotionSettings& settings, const LumaGrid& grid, Nanoseconds passed) {
  const double whole = to_seconds(settings.adapt);
  const auto rate =
      static_cast<float>(whole > 0 ? 1 - std::exp(-std::max(to_seconds(passed), 0.0) / whole) : 1);
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    mean_[i] += rate * (grid.cells[i] - mean_[i]);
  }
}

MotionVerdict MotionGate::judge(const MotionSettings& settings, const LumaGrid& grid,
                                const std::vector<bool>& wanted, Nanoseconds now) {
  MotionVerdict verdict;
  if (mean_.size() != grid.size() || columns_ != grid.columns) {
    mean_ = grid.cells;
    columns_ = grid.columns;
    judged_ = passed_ = now;
    moved_ = now - settings.hold - Nanoseconds(1);
    return verdict;  // the first of its kind: there is nothing to compare it with
  }
  verdict.share = changed_share(settings, grid, wanted);
  adapt(settings, grid, now - judged_);
  judged_ = now;
  const bool moves = verdict.share > 0 && verdict.share >= settings.min_share;
  if (moves) {
    moved_ = now;
  }
  const bool is_due =
      settings.at_most_idle > Nanoseconds(0) && now - passed_ >= settings.at_most_idle;
  verdict.passes = moves || now - moved_ <= settings.hold || is_due;
  if (verdict.passes) {
    passed_ = now;
  }
  return verdict;
}

}  // namespace arete::pipeline
