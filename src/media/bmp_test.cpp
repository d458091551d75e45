// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/picture_codec.hpp"
#include "media/test_pictures.hpp"

namespace arete::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Bmp, RowsRunFromTheBottomAndColorsAreBlueFirst) {
  ByteWriter file = bmp_header(1, 2, 24, 0, 0);
  file.u8({1, 2, 3, 0}).u8({4, 5, 6, 0});  // bottom row, then top row, each padded to 4 bytes
  const auto picture = decode_picture(file.bytes);
  ASSERT_TRUE(picture.has_value()) << picture.error().message();
  EXPECT_THAT(picture->pixels, ElementsAre(6, 5, 4, 3, 2, 1));
}

TEST(Bmp, NegativeHeightMeansTopDown) {
  ByteWriter file = bmp_header(1, -2, 24, 0, 0);
  file.u8({1, 2, 3, 0}).u8({4, 5, 6, 0});
  const auto picture = decode_picture(file.bytes);
  ASSERT_TRUE(picture.has_value()) << picture.error().message();
  EXPECT_EQ(picture->height, 2);
  EXPECT_THAT(picture->pixels, ElementsAre(3, 2, 1, 6, 5, 4));
}

TEST(Bmp, PaletteAndAlphaAreTurnedIntoColor) {
  ByteWriter palette = bmp_header(2, 1, 8, 0, 2);
  palette.u8({10, 20, 30, 0}).u8({40, 50, 60, 0}).u8({1, 0, 0, 0});
  const auto from_palette = decode_picture(palette.bytes);
  ASSERT_TRUE(from_palette.has_value()) << from_palette.error().message();
  EXPECT_THAT(from_palette->pixels, ElementsAre(60, 50, 40, 30, 20, 10));

  ByteWriter with_alpha = bmp_header(1, 1, 32, 0, 0);
  with_alpha.u8({7, 8, 9, 200});
  const auto opaque = decode_picture(with_alpha.bytes);
  ASSERT_TRUE(opaque.has_value()) << opaque.error().message();
  EXPECT_THAT(opaque->pixels, ElementsAre(9, 8, 7));
}

TEST(Bmp, GrayIsLuma) {
  ByteWriter file = bmp_header(1, 1, 24, 0, 0);
  file.u8({0, 0, 255, 0});
  const auto picture = decode_picture(file.bytes, {.format = tensor::PixelFormat::kGray});
  ASSERT_TRUE(picture.has_value());
  EXPECT_THAT(picture->pixels, ElementsAre(76));  // 0.299 * 255 = 76.2
}

TEST(Bmp, WhatIsNotReadIsNamed) {
  const auto run_lengths = decode_picture(bmp_header(4, 4, 8, 1, 2).bytes);
  ASSERT_FALSE(run_lengths.has_value());
  EXPECT_EQ(run_lengths.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(run_lengths.error().message(), HasSubstr("run lengths"));

  const auto one_bit = decode_picture(bmp_header(4, 4, 1, 0, 2).bytes);
  ASSERT_FALSE(one_bit.has_value());
  EXPECT_THAT(one_bit.error().message(), HasSubstr("1 bits a pixel"));
}

TEST(Bmp, LyingHeadersAreCorruptNotFollowed) {
  ByteWriter short_of_pixels = bmp_header(1000, 1000, 24, 0, 0);
  short_of_pixels.u8({1, 2, 3, 0});
  const auto announced = decode_picture(short_of_pixels.bytes);
  ASSERT_FALSE(announced.has_value());
  EXPECT_EQ(announced.error().code(), ErrorCode::kCorrupt);
  EXPECT_THAT(announced.error().message(), HasSubstr("1000 rows of 3000 bytes"));

  ByteWriter beyond_palette = bmp_header(2, 1, 8, 0, 1);
  beyond_palette.u8({1, 2, 3, 0}).u8({0, 9, 0, 0});
  const auto color = decode_picture(beyond_palette.bytes);
  ASSERT_FALSE(color.has_value());
  EXPECT_THAT(color.error().message(), HasSubstr("(1, 0) has color 9 of a palette of 1"));

  const auto huge = decode_picture(bmp_header(0x7FFFFFFF, 0x7FFFFFFF, 32, 0, 0).bytes);
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(huge.error().code(), ErrorCode::kNoSpace);
}

}  // namespace
}  // namespace arete::media
