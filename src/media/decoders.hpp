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

}  // namespace arete::media
