// How a region of a frame is fitted into a model's input, and which pixels of the input then lie
// inside the frame. Internal to transform; pure arithmetic.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "spec/input.hpp"
#include "tensor/results.hpp"
#include "transform/axis_taps.hpp"
#include "transform/geometry.hpp"

namespace arete::transform {

/// One axis of a patch: output pixels begin..begin+span.outputs-1 are made of the frame.
struct PlacedAxis {
  AxisSpan span;
  int begin = 0;
};

struct PlacedRegion {
  PlacedAxis across;
  PlacedAxis down;
  Geometry geometry;
};

/// As place(), of whole pixels.
[[nodiscard]] PlacedRegion place_picture(const spec::ImageInput& image, spec::Size source,
                                         spec::Size input);

/// `region` has x1 < x2 and y1 < y2, in edges; outputs is 0 on an axis that misses the frame.
[[nodiscard]] PlacedRegion place_region(const spec::ImageInput& image, const tensor::Box& region,
                                        spec::Size frame, spec::Size input);

/// kInvalid for corners that are not finite, not in order, nearer than 1/64 of a pixel, or farther
/// than 2^20 pixels away. `index` is for the message.
[[nodiscard]] Status check_region(const tensor::Box& region, std::size_t index);

}  // namespace arete::transform
