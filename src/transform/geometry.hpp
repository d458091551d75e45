// Where a source pixel lies in a model's input and back. Made by preprocess(), used by every
// decoder. Coordinates are edges: a picture of w pixels spans [0, w]. Pure arithmetic.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "spec/input.hpp"
#include "tensor/results.hpp"

namespace arete::transform {

/// input = source * scale + offset on each axis; a crop has a negative offset, padding a positive.
struct Geometry {
  spec::Size source;  ///< 0 x 0 where no picture was prepared
  spec::Size input;   ///< of the model
  double scale_x = 1;
  double scale_y = 1;
  double offset_x = 0;
  double offset_y = 0;

  [[nodiscard]] bool has_picture() const { return source.width > 0 && source.height > 0; }
  [[nodiscard]] double source_x(double input_x) const { return (input_x - offset_x) / scale_x; }
  [[nodiscard]] double source_y(double input_y) const { return (input_y - offset_y) / scale_y; }
  [[nodiscard]] double input_x(double source_x) const { return source_x * scale_x + offset_x; }
  [[nodiscard]] double input_y(double source_y) const { return source_y * scale_y + offset_y; }

  /// From input pixels to source pixels, clipped to the source.
  [[nodiscard]] tensor::Box to_source(const tensor::Box& box) const;
  /// The same for a point, whose score stays.
  [[nodiscard]] tensor::Keypoint to_source(const tensor::Keypoint& point) const;
};

/// Pixels of the source that are used, and pixels of the input that they fill.
struct Placing {
  int source_x = 0;
  int source_y = 0;
  spec::Size source;
  int input_x = 0;
  int input_y = 0;
  spec::Size input;
};

/// How `image` puts a picture of `source` pixels into an input of `input` pixels; both at least
/// 1 x 1. Whole pixels: a letterboxed side is rounded to the nearest, a cropped side too.
[[nodiscard]] Placing place(const spec::ImageInput& image, spec::Size source, spec::Size input);

[[nodiscard]] Geometry geometry_of(const Placing& placing, spec::Size source, spec::Size input);

}  // namespace arete::transform
