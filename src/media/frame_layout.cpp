// SPDX-License-Identifier: Apache-2.0
#include "media/frame_layout.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;

constexpr int kLongestFrameSide = 32'768;
constexpr std::int64_t kMostFramePixels = std::int64_t{1} << 27;

std::ptrdiff_t half_of(int extent) { return (std::ptrdiff_t{extent} + 1) / 2; }

/// Of the first plane.
std::ptrdiff_t row_bytes(PixelFormat format, int width) {
  switch (format) {
    case PixelFormat::kRgb:
    case PixelFormat::kBgr:
      return std::ptrdiff_t{3} * width;
    case PixelFormat::kYuyv:
      return 4 * half_of(width);
    default:
      return width;
  }
}

}  // namespace

std::string_view name_of(PixelFormat format) {
  switch (format) {
    case PixelFormat::kRgb:
      return "rgb";
    case PixelFormat::kBgr:
      return "bgr";
    case PixelFormat::kGray:
      return "gray";
    case PixelFormat::kNv12:
      return "nv12";
    case PixelFormat::kI420:
      return "i420";
    case PixelFormat::kYuyv:
      return "yuyv";
  }
  return "unknown";
}

Result<std::size_t> frame_bytes(PixelFormat format, int width, int height) {
  if (width < 1 || height < 1 || width > kLongestFrameSide || height > kLongestFrameSide ||
      std::int64_t{width} * height > kMostFramePixels) {
    return fail(ErrorCode::kInvalid,
                "frames of {} x {} pixels: width and height must be given, up to {} each and {} "
                "pixels together",
                width, height, kLongestFrameSide, kMostFramePixels);
  }
  std::ptrdiff_t bytes = row_bytes(format, width) * height;
  if (format == PixelFormat::kNv12 || format == PixelFormat::kI420) {
    bytes += 2 * half_of(width) * half_of(height);
  }
  return static_cast<std::size_t>(bytes);
}

tensor::PictureView frame_view(PixelFormat format, int width, int height,
                               const std::uint8_t* data) {
  tensor::PictureView view{format, width, height, row_bytes(format, width), data};
  const std::uint8_t* chroma = data + view.stride * height;
  if (format == PixelFormat::kNv12) {
    view.chroma[0] = {chroma, 2 * half_of(width)};
  } else if (format == PixelFormat::kI420) {
    view.chroma[0] = {chroma, half_of(width)};
    view.chroma[1] = {chroma + half_of(width) * half_of(height), half_of(width)};
  }
  return view;
}

}  // namespace arete::media
