// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/line_crossing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "media/overlay.hpp"
#include "pipeline/elements/shapes.hpp"

namespace arete::pipeline {
namespace {

using media::OverlayPoint;

/// Above 0: `point` is on the right-hand side of the way from `a` to `b`, y pointing down.
double side_of(OverlayPoint a, OverlayPoint b, OverlayPoint point) {
  const double along_x = static_cast<double>(b.x) - a.x;
  const double along_y = static_cast<double>(b.y) - a.y;
  return along_x * (static_cast<double>(point.y) - a.y) -
         along_y * (static_cast<double>(point.x) - a.x);
}

double distance_to_piece(OverlayPoint a, OverlayPoint b, OverlayPoint point) {
  const double along_x = static_cast<double>(b.x) - a.x;
  const double along_y = static_cast<double>(b.y) - a.y;
  const double from_x = static_cast<double>(point.x) - a.x;
  const double from_y = static_cast<double>(point.y) - a.y;
  const double squared = along_x * along_x + along_y * along_y;
  const double share =
      squared > 0 ? std::clamp((from_x * along_x + from_y * along_y) / squared, 0.0, 1.0) : 0;
  return std::hypot(from_x - share * along_x, from_y - share * along_y);
}

}  // namespace

double distance_to(const ShapePoints& line, OverlayPoint point) {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < line.size(); ++i) {
    nearest = std::min(nearest, distance_to_piece(line[i - 1], line[i], point));
  }
  return nearest;
}

int crossings(const ShapePoints& line, OverlayPoint from, OverlayPoint to) {
  int count = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const OverlayPoint a = line[i - 1];
    const OverlayPoint b = line[i];
    // What lies on it is taken as on its forward side, always: where two pieces meet, one of them
    // is crossed.
    const bool from_forward = side_of(a, b, from) >= 0;
    const bool to_forward = side_of(a, b, to) >= 0;
    const bool a_right = side_of(from, to, a) >= 0;
    const bool b_right = side_of(from, to, b) >= 0;
    if (from_forward != to_forward && a_right != b_right) {
      count += to_forward ? 1 : -1;
    }
  }
  return count;
}

}  // namespace arete::pipeline
