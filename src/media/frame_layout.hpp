// Where the planes of a picture lie when they follow one another without gaps, as raw frames in a
// file do: sizes and views for any pixel format. Not here: pictures with strides of their own.
// Errors: kInvalid for extents that no frame has. Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

/// "rgb", "bgr", "gray", "nv12", "i420", "yuyv".
[[nodiscard]] std::string_view name_of(tensor::PixelFormat format);

/// Each side from 1 to 32768, at most 2^27 pixels. Halved extents round up.
[[nodiscard]] Result<std::size_t> frame_bytes(tensor::PixelFormat format, int width, int height);

/// A view of a whole frame at `data`, which has frame_bytes().
[[nodiscard]] tensor::PictureView frame_view(tensor::PixelFormat format, int width, int height,
                                             const std::uint8_t* data);

}  // namespace arete::media
