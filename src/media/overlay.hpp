// A shape that a rule looks at, to be drawn over the picture: a zone or a counting line, with what
// was counted. Not here: drawing it (draw.hpp), counting (pipeline).
// Threads: a value type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace arete::media {

enum class OverlayKind : std::uint8_t {
  kZone,  ///< a polygon, closed by itself
  kLine,  ///< a polyline that things cross
};

/// Pixels of the picture, float edges as in tensor::Box.
struct OverlayPoint {
  float x = 0;
  float y = 0;
};

struct Overlay {
  OverlayKind kind = OverlayKind::kZone;
  std::string name;
  std::vector<OverlayPoint> points;  ///< in order; a zone needs 3, a line 2
  std::int64_t inside = 0;           ///< zone: how many are in it now
  /// Line: crossings to the right-hand side of somebody who goes from its first point to its last
  /// (downwards for a line drawn from left to right), and those the other way.
  std::int64_t forward = 0;
  std::int64_t backward = 0;
  int color = 0;  ///< as a class index; shapes of different elements should differ
};

}  // namespace arete::media
