// SPDX-License-Identifier: Apache-2.0
#include "media/picture_codec.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "media/decoders.hpp"
#include "media/orientation.hpp"

namespace arete::media {
namespace {

bool begins_with(ByteView bytes, std::span<const std::uint8_t> signature) {
  return bytes.size() >= signature.size() &&
         std::equal(signature.begin(), signature.end(), bytes.begin(),
                    [](std::uint8_t want, std::byte have) { return std::byte{want} == have; });
}

constexpr std::array<std::uint8_t, 3> kJpegSignature{0xFF, 0xD8, 0xFF};
constexpr std::array<std::uint8_t, 8> kPngSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::array<std::uint8_t, 2> kBmpSignature{'B', 'M'};

void swap_red_and_blue(tensor::Picture& picture) {
  for (std::size_t i = 0; i + 2 < picture.pixels.size(); i += 3) {
    std::swap(picture.pixels[i], picture.pixels[i + 2]);
  }
  picture.format = tensor::PixelFormat::kBgr;
}

std::string first_bytes(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", std::to_integer<unsigned>(byte));
  }
  return text;
}

}  // namespace

std::string_view name_of(PictureKind kind) {
  switch (kind) {
    case PictureKind::kJpeg:
      return "JPEG";
    case PictureKind::kPng:
      return "PNG";
    case PictureKind::kBmp:
      return "BMP";
  }
  return "?";
}

std::optional<PictureKind> picture_kind(ByteView bytes) {
  if (begins_with(bytes, kJpegSignature)) {
    return PictureKind::kJpeg;
  }
  if (begins_with(bytes, kPngSignature)) {
    return PictureKind::kPng;
  }
  if (begins_with(bytes, kBmpSignature)) {
    return PictureKind::kBmp;
  }
  return std::nullopt;
}

Status check_dimensions(std::int64_t width, std::int64_t height, const DecodeOptions& options) {
  if (width <= 0 || height <= 0) {
    return fail(ErrorCode::kCorrupt, "the picture is {} x {} pixels", width, height);
  }
  if (width > options.max_side || height > options.max_side ||
      width * height > options.max_pixels) {
    return fail(ErrorCode::kNoSpace,
                "the picture is {} x {} pixels; the limit is {} a side and {} in all", width,
                height, options.max_side, options.max_pixels);
  }
  return {};
}

Result<tensor::Picture> decode_picture(ByteView bytes, const DecodeOptions& options) {
  const auto kind = picture_kind(bytes);
  if (!kind) {
    if (bytes.empty()) {
      return fail(ErrorCode::kCorrupt, "the picture is empty (0 bytes)");
    }
    return fail(ErrorCode::kUnsupported, "not a JPEG, PNG or BMP picture (it begins with {})",
                first_bytes(bytes));
  }
  const bool gray = options.format == tensor::PixelFormat::kGray;
  const auto decode = *kind == PictureKind::kJpeg  ? decode_jpeg
                      : *kind == PictureKind::kPng ? decode_png
                                                   : decode_bmp;
  ARETE_TRY_ASSIGN(tensor::Picture picture, decode(bytes, options, gray), "{} picture",
                   name_of(*kind));
  if (*kind == PictureKind::kJpeg) {
    picture = upright(std::move(picture), exif_orientation(bytes));
  }
  if (options.format == tensor::PixelFormat::kBgr) {
    swap_red_and_blue(picture);
  }
  return picture;
}

}  // namespace arete::media
