// RGB, BGR and gray pictures as the luma and chroma that video encoders want (limited range, chroma
// of 2x2 pixels). Not here: the way back and resizing (transform).
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tensor/picture.hpp"

namespace arete::media {

/// Memory to write into: kI420 (luma, U, V) or kNv12 (luma, U V pairs). Both extents are even.
struct YuvCanvas {
  struct Plane {
    std::uint8_t* data = nullptr;
    std::ptrdiff_t stride = 0;  ///< bytes from one row to the next
  };
  tensor::PixelFormat format = tensor::PixelFormat::kI420;
  int width = 0;  ///< pixels
  int height = 0;
  std::array<Plane, 3> planes{};
};

/// The left upper part of `picture` (kRgb, kBgr or kGray, at least as large as `canvas`). Luma is
/// within 1 of the exact value; chroma is filtered for where H.264 has it by default: at the first
/// of its two columns, between its two rows.
void yuv_from_rgb(const tensor::PictureView& picture, tensor::YuvMatrix matrix,
                  const YuvCanvas& canvas);

/// The left upper part of a kI420 or kNv12 picture, with its range made limited.
void yuv_from_yuv(const tensor::PictureView& picture, const YuvCanvas& canvas);

}  // namespace arete::media
