// The decoders behind decode_picture(), one file each, and the checks they share. Internal to
// media. Each gets bytes of its own kind and gives kRgb or kGray, as `gray` says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "media/picture_codec.hpp"

namespace arete::media {

[[nodiscard]] Result<tensor::Picture> decode_jpeg(ByteView bytes, const DecodeOptions& options,
                                                  bool gray);
[[nodiscard]] Result<tensor::Picture> decode_png(ByteView bytes, const DecodeOptions& options,
                                                 bool gray);
[[nodiscard]] Result<tensor::Picture> decode_bmp(ByteView bytes, const DecodeOptions& options,
                                                 bool gray);

/// kCorrupt for an empty picture, kNoSpace above the limits. To be called before allocating.
[[nodiscard]] Status check_dimensions(std::int64_t width, std::int64_t height,
                                      const DecodeOptions& options);

/// ITU-R BT.601 luma of full-range RGB, rounded, in 16-bit fixed point (JFIF's own numbers).
[[nodiscard]] constexpr std::uint8_t luma(std::uint32_t red, std::uint32_t green,
                                          std::uint32_t blue) {
  return static_cast<std::uint8_t>((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}

}  // namespace arete::media
