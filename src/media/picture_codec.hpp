// Pictures between bytes and pixels: decodes JPEG, PNG and BMP by their content, encodes PNG and
// JPEG. Not here: files and folders (picture_file.hpp), resizing (transform).
// Errors: kUnsupported for a kind of picture we do not read, kCorrupt for damaged or truncated
// data (never a half-filled picture), kNoSpace above the limits. Threads: free functions, no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

enum class PictureKind { kJpeg, kPng, kBmp };
[[nodiscard]] std::string_view name_of(PictureKind kind);

/// By the first bytes, whatever the file is called; nullopt for anything else.
[[nodiscard]] std::optional<PictureKind> picture_kind(ByteView bytes);

struct DecodeOptions {
  /// What the caller gets, whatever the file holds. Gray from color is ITU-R BT.601 luma;
  /// transparency is dropped, not blended.
  tensor::PixelFormat format = tensor::PixelFormat::kRgb;
  int max_side = 32'768;                            ///< pixels
  std::int64_t max_pixels = std::int64_t{1} << 27;  ///< checked before anything is allocated
};

/// Turned upright if a JPEG's EXIF data asks for it.
[[nodiscard]] Result<tensor::Picture> decode_picture(ByteView bytes,
                                                     const DecodeOptions& options = {});

/// Lossless, 8 bits, gray or color.
[[nodiscard]] Result<Bytes> encode_png(const tensor::PictureView& picture);
/// `quality` 1..100; color is stored without subsampling from 90 up.
[[nodiscard]] Result<Bytes> encode_jpeg(const tensor::PictureView& picture, int quality = 92);

}  // namespace arete::media
