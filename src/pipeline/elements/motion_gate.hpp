// Whether something moves in front of a camera that stands still: the brightness of a coarse grid
// against its own running mean. A light that changes everywhere alike is no motion.
// Threads: serial. Pure: all time is media time that the caller passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "base/clock.hpp"
#include "pipeline/elements/luma_grid.hpp"

namespace arete::pipeline {

struct MotionSettings {
  double difference = 8;        ///< of a cell's brightness (0..255) from which it has changed
  double min_share = 0.003;     ///< of cells that have changed, from which something moves
  Nanoseconds hold{0};          ///< passes for so long after the last motion
  Nanoseconds at_most_idle{0};  ///< passes at least once in so long; 0 = need not
  Nanoseconds adapt{0};         ///< in so long the mean has gone 63 % of the way
};

struct MotionVerdict {
  bool passes = true;
  double share = 1;  ///< of the cells that have changed
};

class MotionGate {
 public:
  /// `wanted`: which cells count; empty = all. A grid of another size begins anew.
  [[nodiscard]] MotionVerdict judge(const MotionSettings& settings, const LumaGrid& grid,
                                    const std::vector<bool>& wanted, Nanoseconds now);
  void restart() { mean_.clear(); }

 private:
  [[nodiscard]] double changed_share(const MotionSettings& settings, const LumaGrid& grid,
                                     const std::vector<bool>& wanted);
  void adapt(const MotionSettings& settings, const LumaGrid& grid, Nanoseconds passed);

  std::vector<float> mean_;
  std::vector<float> differences_;
  std::vector<float> sorted_;
  int columns_ = 0;
  Nanoseconds judged_{0};
  Nanoseconds moved_{0};
  Nanoseconds passed_{0};
};

}  // namespace arete::pipeline
