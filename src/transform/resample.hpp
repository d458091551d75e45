// Resizing in float, rounded to 8 bits once: the ideal that the integer taps (axis_taps.hpp) stay
// within one step of, and their source of weights. Half-pixel centers. Reads no color meaning.
// Source: the triangle and box filters of image resampling as Pillow documents them (antialias);
// the two-tap bilinear filter is its limit without support scaling. Threads: no shared state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spec/input.hpp"
#include "tensor/picture.hpp"
#include "transform/axis_taps.hpp"

namespace arete::transform {

/// For each output pixel of one axis: the input pixels it is made of. Weights sum to 1.
struct Taps {
  struct Window {
    int first = 0;
    int count = 0;
  };
  std::vector<Window> windows;  ///< one an output pixel, `first` never decreases
  std::vector<float> weights;   ///< `width` a window, the unused ones 0
  int width = 0;

  [[nodiscard]] const float* weights_of(std::size_t output) const {
    return weights.data() + output * static_cast<std::size_t>(width);
  }
};

/// `inputs` and `outputs` are at least 1.
[[nodiscard]] Taps make_taps(spec::Resample method, int inputs, int outputs);

/// The same for a part of an axis, which may begin between two samples. `span.outputs` and the
/// samples are at least 1.
[[nodiscard]] Taps make_taps(spec::Resample method, const AxisSpan& span);

/// The whole of `source` (packed, at least 1 x 1) as `size` pixels of the same format.
[[nodiscard]] tensor::Picture resize(const tensor::PictureView& source, spec::Size size,
                                     spec::Resample method);

}  // namespace arete::transform
