// SPDX-License-Identifier: Apache-2.0
#include "transform/region.hpp"

#include <algorithm>
#include <cmath>

namespace arete::transform {
namespace {

/// A part of an axis of the frame (from `begin`, `length` long) over `outputs` pixels of the input
/// from pixel `at` on; cut to the pixels whose centers lie in the frame.
PlacedAxis inside_frame(double begin, double length, int at, int outputs, int frame) {
  PlacedAxis axis;
  axis.span = AxisSpan{begin, length / outputs, outputs, 0, frame};
  int first = 0;
  while (first < outputs && axis.span.center(first) < 0) {
    ++first;
  }
  int end = outputs;
  while (end > first && axis.span.center(end - 1) >= frame) {
    --end;
  }
  axis.begin = at + first;
  axis.span.origin += first * axis.span.ratio;
  axis.span.outputs = end - first;
  return axis;
}

/// An input side of about `value` pixels.
int whole_side(double value, int limit) {
  return std::clamp(static_cast<int>(std::lround(std::min(value, double{1 << 20}))), 1, limit);
}

}  // namespace

PlacedRegion place_picture(const spec::ImageInput& image, spec::Size source, spec::Size input) {
  const Placing placing = place(image, source, input);
  PlacedRegion placed;
  placed.geometry = geometry_of(placing, source, input);
  placed.across.begin = placing.input_x;
  placed.across.span = {static_cast<double>(placing.source_x),
                        static_cast<double>(placing.source.width) / placing.input.width,
                        placing.input.width, placing.source_x,
                        placing.source_x + placing.source.width};
  placed.down.begin = placing.input_y;
  placed.down.span = {static_cast<double>(placing.source_y),
                      static_cast<double>(placing.source.height) / placing.input.height,
                      placing.input.height, placing.source_y,
                      placing.source_y + placing.source.height};
  return placed;
}

PlacedRegion place_region(const spec::ImageInput& image, const tensor::Box& region,
                          spec::Size frame, spec::Size input) {
  double x = region.x1;
  double y = region.y1;
  double width = static_cast<double>(region.x2) - region.x1;
  double height = static_cast<double>(region.y2) - region.y1;
  Placing fitted;  // only what it says of the input is used
  fitted.input = input;
  if (image.fit == spec::Fit::kLetterbox) {
    const double scale = std::min(input.width / width, input.height / height);
    fitted.input = {whole_side(width * scale, input.width),
                    whole_side(height * scale, input.height)};
    if (image.placement == spec::Placement::kCenter) {
      fitted.input_x = (input.width - fitted.input.width) / 2;
      fitted.input_y = (input.height - fitted.input.height) / 2;
    }
  } else if (image.fit == spec::Fit::kCenterCrop) {
    const double pixels = std::min(width / input.width, height / input.height);
    const double kept_width = input.width * pixels * image.crop_fraction;
    const double kept_height = input.height * pixels * image.crop_fraction;
    x += (width - kept_width) / 2;
    y += (height - kept_height) / 2;
    width = kept_width;
    height = kept_height;
  }
  PlacedRegion placed;
  placed.across = inside_frame(x, width, fitted.input_x, fitted.input.width, frame.width);
  placed.down = inside_frame(y, height, fitted.input_y, fitted.input.height, frame.height);
  Geometry& geometry = placed.geometry;
  geometry.source = frame;
  geometry.input = input;
  geometry.scale_x = fitted.input.width / width;
  geometry.scale_y = fitted.input.height / height;
  geometry.offset_x = fitted.input_x - x * geometry.scale_x;
  geometry.offset_y = fitted.input_y - y * geometry.scale_y;
  return placed;
}

Status check_region(const tensor::Box& region, std::size_t index) {
  constexpr float kFarthest = 1 << 20;
  constexpr float kSmallest = 1.0F / 64;
  const bool near = std::abs(region.x1) <= kFarthest && std::abs(region.y1) <= kFarthest &&
                    std::abs(region.x2) <= kFarthest && std::abs(region.y2) <= kFarthest;
  // A comparison with NaN is false, so that NaN is refused too.
  if (!near || !(region.x2 - region.x1 >= kSmallest) || !(region.y2 - region.y1 >= kSmallest)) {
    return fail(ErrorCode::kInvalid, "region {} from {}, {} to {}, {} is not one", index, region.x1,
                region.y1, region.x2, region.y2);
  }
  return {};
}

}  // namespace arete::transform
