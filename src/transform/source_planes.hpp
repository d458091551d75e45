// Where the samples of each picture format lie, and whether a view of one can be read. Internal to
// transform. Errors: kInvalid for a view that says too little.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/result.hpp"
#include "spec/input.hpp"
#include "tensor/picture.hpp"
#include "transform/across_plan.hpp"
#include "transform/axis_taps.hpp"

namespace arete::transform {

/// Components that lie in one plane on one grid. Components are numbered in the format's own order:
/// R G B, B G R, gray, or Y U V.
struct SampleGroup {
  int plane = 0;  ///< 0 = the view's own rows, then its chroma
  SampleLayout layout;
  bool half_x = false;  ///< chroma of two columns, at the place of the first
  bool half_y = false;  ///< chroma of two rows, between them
  int component = 0;    ///< the first
};

[[nodiscard]] std::span<const SampleGroup> groups_of(tensor::PixelFormat format);

[[nodiscard]] tensor::PlaneView plane_of(const tensor::PictureView& picture, int plane);

/// The same span of the picture, in samples of the group's grid.
[[nodiscard]] AxisSpan across_span(const SampleGroup& group, AxisSpan pixels);
[[nodiscard]] AxisSpan down_span(const SampleGroup& group, AxisSpan pixels);

/// Extents from 1 to 2^20, and planes whose strides hold their rows.
[[nodiscard]] Status check_picture(const tensor::PictureView& picture);

}  // namespace arete::transform
