// SPDX-License-Identifier: Apache-2.0
#include "transform/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace arete::transform {
namespace {

float clipped(double value, int extent) {
  return static_cast<float>(std::clamp(value, 0.0, static_cast<double>(extent)));
}

/// `value` to the nearest whole pixel in 1..limit.
int whole_pixels(double value, int limit) {
  return std::clamp(static_cast<int>(std::lround(value)), 1, limit);
}

}  // namespace

tensor::Box Geometry::to_source(const tensor::Box& box) const {
  return {clipped(source_x(box.x1), source.width), clipped(source_y(box.y1), source.height),
          clipped(source_x(box.x2), source.width), clipped(source_y(box.y2), source.height)};
}

tensor::Keypoint Geometry::to_source(const tensor::Keypoint& point) const {
  return {clipped(source_x(point.x), source.width), clipped(source_y(point.y), source.height),
          point.score};
}

Placing place(const spec::ImageInput& image, spec::Size source, spec::Size input) {
  Placing placing{0, 0, source, 0, 0, input};
  const double scale = std::min(static_cast<double>(input.width) / source.width,
                                static_cast<double>(input.height) / source.height);
  switch (image.fit) {
    case spec::Fit::kStretch:
      break;
    case spec::Fit::kLetterbox:
      placing.input = {whole_pixels(source.width * scale, input.width),
                       whole_pixels(source.height * scale, input.height)};
      if (image.placement == spec::Placement::kCenter) {
        placing.input_x = (input.width - placing.input.width) / 2;
        placing.input_y = (input.height - placing.input.height) / 2;
      }
      break;
    case spec::Fit::kCenterCrop: {
      // The largest rectangle of the input's aspect ratio, then the fraction of it.
      const double pixels = std::min(static_cast<double>(source.width) / input.width,
                                     static_cast<double>(source.height) / input.height);
      placing.source = {whole_pixels(input.width * pixels * image.crop_fraction, source.width),
                        whole_pixels(input.height * pixels * image.crop_fraction, source.height)};
      placing.source_x = (source.width - placing.source.width) / 2;
      placing.source_y = (source.height - placing.source.height) / 2;
      break;
    }
  }
  return placing;
}

Geometry geometry_of(const Placing& placing, spec::Size source, spec::Size input) {
  Geometry geometry;
  geometry.source = source;
  geometry.input = input;
  geometry.scale_x = static_cast<double>(placing.input.width) / placing.source.width;
  geometry.scale_y = static_cast<double>(placing.input.height) / placing.source.height;
  geometry.offset_x = placing.input_x - placing.source_x * geometry.scale_x;
  geometry.offset_y = placing.input_y - placing.source_y * geometry.scale_y;
  return geometry;
}

}  // namespace arete::transform
