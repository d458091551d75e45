// SPDX-License-Identifier: Apache-2.0
#include "transform/source_planes.hpp"

#include <array>
#include <cstdlib>

namespace arete::transform {
namespace {

using tensor::PixelFormat;

constexpr int kLongestSide = 1 << 20;
constexpr std::array<SampleGroup, 1> kColor{{{0, {3, 3, {0, 1, 2}}, false, false, 0}}};
constexpr std::array<SampleGroup, 1> kGray{{{0, {1, 1, {0, 0, 0}}, false, false, 0}}};
constexpr std::array<SampleGroup, 2> kNv12{
    {{0, {1, 1, {0, 0, 0}}, false, false, 0}, {1, {2, 2, {0, 1, 0}}, true, true, 1}}};
constexpr std::array<SampleGroup, 3> kI420{{{0, {1, 1, {0, 0, 0}}, false, false, 0},
                                            {1, {1, 1, {0, 0, 0}}, true, true, 1},
                                            {2, {1, 1, {0, 0, 0}}, true, true, 2}}};
constexpr std::array<SampleGroup, 2> kYuyv{
    {{0, {2, 1, {0, 0, 0}}, false, false, 0}, {0, {4, 2, {1, 3, 0}}, true, false, 1}}};

int halved(int extent) { return extent / 2 + extent % 2; }

}  // namespace

std::span<const SampleGroup> groups_of(PixelFormat format) {
  switch (format) {
    case PixelFormat::kGray:
      return kGray;
    case PixelFormat::kNv12:
      return kNv12;
    case PixelFormat::kI420:
      return kI420;
    case PixelFormat::kYuyv:
      return kYuyv;
    default:
      return kColor;
  }
}

tensor::PlaneView plane_of(const tensor::PictureView& picture, int plane) {
  if (plane == 0) {
    return {picture.data, picture.stride};
  }
  return picture.chroma[static_cast<std::size_t>(plane - 1)];
}

AxisSpan across_span(const SampleGroup& group, AxisSpan pixels) {
  if (group.half_x) {
    // Sample k has its center at 2k + 0.5: that of its first column.
    pixels.origin = pixels.origin / 2 + 0.25;
    pixels.ratio /= 2;
    pixels.low /= 2;
    pixels.high = halved(pixels.high);
  }
  return pixels;
}

AxisSpan down_span(const SampleGroup& group, AxisSpan pixels) {
  if (group.half_y) {
    pixels.origin /= 2;
    pixels.ratio /= 2;
    pixels.low /= 2;
    pixels.high = halved(pixels.high);
  }
  return pixels;
}

Status check_picture(const tensor::PictureView& picture) {
  if (picture.width < 1 || picture.height < 1 || picture.data == nullptr ||
      picture.width > kLongestSide || picture.height > kLongestSide) {
    return fail(ErrorCode::kInvalid, "the picture is {} x {} pixels", picture.width,
                picture.height);
  }
  for (const SampleGroup& group : groups_of(picture.format)) {
    const tensor::PlaneView plane = plane_of(picture, group.plane);
    const int samples = group.half_x ? halved(picture.width) : picture.width;
    const int rows = group.half_y ? halved(picture.height) : picture.height;
    const std::ptrdiff_t bytes =
        std::ptrdiff_t{samples - 1} * group.layout.step + group.layout.last_delta() + 1;
    if (plane.data == nullptr || (rows > 1 && std::abs(plane.stride) < bytes)) {
      return fail(ErrorCode::kInvalid, "plane {} of the picture: rows of {} bytes, {} apart{}",
                  group.plane, bytes, plane.stride,
                  plane.data == nullptr ? ", without memory" : "");
    }
  }
  return {};
}

}  // namespace arete::transform
