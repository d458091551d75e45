// Whether a point that moves has crossed a line of one or more pieces, and which way. Between two
// looks it counts as having moved straight, from the last place that was clear of the line to the
// next: jitter on the line crosses nothing. Pure geometry in pixels.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "media/overlay.hpp"
#include "pipeline/elements/shapes.hpp"

namespace arete::pipeline {

/// Shortest way from `point` to the line.
[[nodiscard]] double distance_to(const ShapePoints& line, media::OverlayPoint point);
/// How often the way from `from` to `to` crosses the line to its forward side, less the other way.
/// Forward is the right-hand side of somebody who goes from the line's first point to its last:
/// downwards for a line from left to right.
[[nodiscard]] int crossings(const ShapePoints& line, media::OverlayPoint from,
                            media::OverlayPoint to);

}  // namespace arete::pipeline
