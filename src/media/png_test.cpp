// Kinds of PNG that our writer never makes are made here with libpng.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <vector>

#include "media/picture_codec.hpp"
#include "media/test_pictures.hpp"

namespace arete::media {
namespace {

using testing::ElementsAre;

struct PngKind {
  int color_type;
  int bit_depth;
  int interlace = PNG_INTERLACE_NONE;
};

void append_bytes(png_structp codec, png_bytep data, std::size_t length) {
  auto* out = static_cast<Bytes*>(png_get_io_ptr(codec));
  const auto* first = reinterpret_cast<const std::byte*>(data);
  out->insert(out->end(), first, first + length);
}

/// `rows` are as the file stores them.
Bytes make_png(const PngKind& kind, unsigned width, std::vector<std::vector<png_byte>> rows) {
  Bytes out;
  png_structp codec = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(codec);
  png_set_write_fn(codec, &out, append_bytes, nullptr);
  png_set_IHDR(codec, info, width, static_cast<png_uint_32>(rows.size()), kind.bit_depth,
               kind.color_type, kind.interlace, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  const png_color palette[2] = {{1, 2, 3}, {4, 5, 6}};
  const png_byte transparency[2] = {0, 128};
  if (kind.color_type == PNG_COLOR_TYPE_PALETTE) {
    png_set_PLTE(codec, info, palette, 2);
    png_set_tRNS(codec, info, transparency, 2, nullptr);
  }
  png_write_info(codec, info);
  std::vector<png_bytep> pointers;
  for (auto& row : rows) {
    pointers.push_back(row.data());
  }
  png_write_image(codec, pointers.data());
  png_write_end(codec, info);
  png_destroy_write_struct(&codec, &info);
  return out;
}

std::vector<std::uint8_t> pixels_of(const Bytes& file, tensor::PixelFormat format) {
  const auto picture = decode_picture(file, {.format = format});
  EXPECT_TRUE(picture.has_value()) << picture.error().message();
  return picture ? picture->pixels : std::vector<std::uint8_t>{};
}

TEST(Png, PaletteBecomesColorAndTransparencyIsDropped) {
  const Bytes file = make_png({PNG_COLOR_TYPE_PALETTE, 8}, 2, {{1, 0}});
  EXPECT_THAT(pixels_of(file, tensor::PixelFormat::kRgb), ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(pixels_of(file, tensor::PixelFormat::kBgr), ElementsAre(6, 5, 4, 3, 2, 1));
}

TEST(Png, AlphaIsDropped) {
  const Bytes file = make_png({PNG_COLOR_TYPE_RGB_ALPHA, 8}, 1, {{10, 20, 30, 0}});
  EXPECT_THAT(pixels_of(file, tensor::PixelFormat::kRgb), ElementsAre(10, 20, 30));
  const Bytes gray = make_png({PNG_COLOR_TYPE_GRAY_ALPHA, 8}, 1, {{77, 0}});
  EXPECT_THAT(pixels_of(gray, tensor::PixelFormat::kGray), ElementsAre(77));
  EXPECT_THAT(pixels_of(gray, tensor::PixelFormat::kRgb), ElementsAre(77, 77, 77));
}

TEST(Png, SixteenBitsAreScaledAndOneBitIsSpread) {
  const Bytes deep = make_png({PNG_COLOR_TYPE_GRAY, 16}, 3, {{0x00, 0x00, 0x80, 0x80, 0xFF, 0xFF}});
  EXPECT_THAT(pixels_of(deep, tensor::PixelFormat::kGray), ElementsAre(0, 128, 255));
  const Bytes flat = make_png({PNG_COLOR_TYPE_GRAY, 1}, 4, {{0b0101'0000}});
  EXPECT_THAT(pixels_of(flat, tensor::PixelFormat::kGray), ElementsAre(0, 255, 0, 255));
}

TEST(Png, InterlacedRowsComeInOrder) {
  const tensor::Picture pattern = test_pattern(tensor::PixelFormat::kRgb, 11, 9);
  std::vector<std::vector<png_byte>> rows;
  for (int y = 0; y < pattern.height; ++y) {
    rows.emplace_back(pattern.row(y), pattern.row(y) + pattern.stride());
  }
  const Bytes file = make_png({PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_ADAM7}, 11, rows);
  EXPECT_EQ(pixels_of(file, tensor::PixelFormat::kRgb), pattern.pixels);
}

TEST(Png, ShortFileThatAnnouncesAHugePictureIsRefusedBeforeAllocating) {
  Bytes file = make_png({PNG_COLOR_TYPE_GRAY, 8}, 1, {{9}});
  const DecodeOptions options{.format = tensor::PixelFormat::kGray,
                              .max_side = 1 << 30,
                              .max_pixels = std::int64_t{1} << 60};
  // Width and height in the header, with its checksum left wrong: an error either way.
  file[16] = std::byte{0x20};
  file[20] = std::byte{0x20};
  const auto picture = decode_picture(file, options);
  ASSERT_FALSE(picture.has_value());
  EXPECT_EQ(picture.error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace arete::media
