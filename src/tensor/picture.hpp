// Pictures in memory: an owned Picture of packed pixels and a borrowed PictureView with strides,
// which may also be a camera's or decoder's luma and chroma planes. 8 bits a sample.
// Not here: files (media), color conversion and resizing (transform).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace arete::tensor {

enum class PixelFormat : std::uint8_t {
  kRgb,
  kBgr,
  kGray,
  kNv12,  ///< luma plane; plane of U V pairs, half as wide and high
  kI420,  ///< luma plane; U plane; V plane, both half as wide and high
  kYuyv,  ///< rows of Y U Y V: chroma half as wide
};

/// Luma and chroma, in a view alone; a Picture owns packed pixels only.
[[nodiscard]] constexpr bool is_yuv(PixelFormat format) { return format >= PixelFormat::kNv12; }

/// Of the packed formats.
[[nodiscard]] constexpr int channels_of(PixelFormat format) {
  return format == PixelFormat::kGray ? 1 : 3;
}

/// ITU-R BT.601 luma of full-range color, rounded, in 16-bit fixed point (JFIF's weights): what a
/// gray picture means everywhere here.
[[nodiscard]] constexpr std::uint8_t luma(std::uint32_t red, std::uint32_t green,
                                          std::uint32_t blue) {
  return static_cast<std::uint8_t>((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}

enum class YuvMatrix : std::uint8_t { kBt601, kBt709 };
enum class YuvRange : std::uint8_t {
  kLimited,  ///< black 16, white 235, chroma 16..240: what video carries
  kFull,     ///< 0..255: JPEG and many cameras
};
struct YuvColor {
  YuvMatrix matrix = YuvMatrix::kBt601;
  YuvRange range = YuvRange::kLimited;
  [[nodiscard]] bool operator==(const YuvColor&) const = default;
};

/// Rows of samples in somebody else's memory.
struct PlaneView {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;  ///< bytes from one row to the next
};

/// Interleaved rows, or the luma plane with its chroma planes; `stride` is the bytes from one row
/// to the next. Halved extents round up. A chroma sample lies where the first of its two luma
/// columns lies, and between its two luma rows (the default of MPEG-2 and H.264).
struct PictureView {
  PixelFormat format = PixelFormat::kRgb;
  int width = 0;   ///< pixels
  int height = 0;  ///< pixels
  std::ptrdiff_t stride = 0;
  const std::uint8_t* data = nullptr;
  std::array<PlaneView, 2> chroma{};  ///< kNv12: the first; kI420: U, V
  YuvColor color{};                   ///< of the YUV formats

  [[nodiscard]] const std::uint8_t* row(int y) const { return data + y * stride; }
};

/// Dense interleaved pixels.
struct Picture {
  PixelFormat format = PixelFormat::kRgb;
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;

  Picture() = default;
  Picture(PixelFormat pixel_format, int w, int h)
      : format(pixel_format),
        width(w),
        height(h),
        pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) *
               static_cast<std::size_t>(channels_of(pixel_format))) {}

  [[nodiscard]] std::ptrdiff_t stride() const {
    return std::ptrdiff_t{width} * channels_of(format);
  }
  [[nodiscard]] std::uint8_t* row(int y) { return pixels.data() + y * stride(); }
  [[nodiscard]] const std::uint8_t* row(int y) const { return pixels.data() + y * stride(); }
  [[nodiscard]] PictureView view() const {
    return {format, width, height, stride(), pixels.data()};
  }
};

}  // namespace arete::tensor
