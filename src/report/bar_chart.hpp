// A chart of horizontal bars in groups, each with a whisker for its spread: what a benchmark shows.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "report/drawing.hpp"

namespace arete::report {

struct Bar {
  double value = 0;
  double low = 0;  ///< the whisker; none where low and high are equal
  double high = 0;
  std::string words;  ///< after the bar: "3.42 ms"
};

struct BarGroup {
  std::string label;
  std::string note;       ///< instead of bars: why there are none
  std::vector<Bar> bars;  ///< one a series
};

struct BarChart {
  std::string title;
  std::string subtitle;
  std::string unit;                 ///< under the axis
  std::vector<std::string> series;  ///< names, for the legend
  std::vector<BarGroup> groups;     ///< from the top
};

/// Values from 0; what is negative or not finite is drawn as 0.
[[nodiscard]] Drawing draw(const BarChart& chart);

/// A round step (1, 2 or 5 times a power of ten) that divides [0, highest] into 4 to 10 parts.
[[nodiscard]] double tick_step(double highest);

}  // namespace arete::report
