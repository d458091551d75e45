// SPDX-License-Identifier: Apache-2.0
#include "media/picture_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "media/test_pictures.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;
using testing::HasSubstr;

int largest_difference(const tensor::Picture& a, const tensor::Picture& b) {
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return largest;
}

/// One file of each kind, of a few hundred to a few thousand bytes.
std::vector<Bytes> sample_files() {
  const tensor::Picture color = smooth_pattern(PixelFormat::kRgb, 40, 24);
  ByteWriter bmp = bmp_header(3, 2, 8, 0, 4);
  bmp.u32(0x112233).u32(0x445566).u32(0x778899).u32(0xAABBCC).u32(0x030201).u32(0x000102);
  return {encode_jpeg(color.view()).value(), encode_png(color.view()).value(), bmp.bytes};
}

class RoundTrip : public testing::TestWithParam<PixelFormat> {};

TEST_P(RoundTrip, PngKeepsEveryBit) {
  const tensor::Picture picture = test_pattern(GetParam(), 13, 7);
  const auto file = encode_png(picture.view());
  ASSERT_TRUE(file.has_value());
  const auto back = decode_picture(*file, {.format = GetParam()});
  ASSERT_TRUE(back.has_value()) << back.error().message();
  EXPECT_EQ(back->width, 13);
  EXPECT_EQ(back->height, 7);
  EXPECT_EQ(back->format, GetParam());
  EXPECT_EQ(back->pixels, picture.pixels);
}

TEST_P(RoundTrip, JpegStaysClose) {
  const tensor::Picture picture = smooth_pattern(GetParam(), 50, 31);
  const auto file = encode_jpeg(picture.view(), 95);
  ASSERT_TRUE(file.has_value());
  const auto back = decode_picture(*file, {.format = GetParam()});
  ASSERT_TRUE(back.has_value()) << back.error().message();
  ASSERT_EQ(back->pixels.size(), picture.pixels.size());
  EXPECT_LE(largest_difference(*back, picture), 6);
}

INSTANTIATE_TEST_SUITE_P(AllFormats, RoundTrip,
                         testing::Values(PixelFormat::kRgb, PixelFormat::kBgr, PixelFormat::kGray));

TEST(PictureCodec, ContentDecidesTheKind) {
  const auto files = sample_files();
  EXPECT_EQ(picture_kind(files[0]), PictureKind::kJpeg);
  EXPECT_EQ(picture_kind(files[1]), PictureKind::kPng);
  EXPECT_EQ(picture_kind(files[2]), PictureKind::kBmp);
  const auto text = decode_picture(as_bytes("hello, world"));
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(text.error().message(), HasSubstr("68 65 6c 6c 6f"));
  const auto nothing = decode_picture({});
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().code(), ErrorCode::kCorrupt);
}

TEST(PictureCodec, LimitsAreCheckedBeforePixelsAreRead) {
  for (const Bytes& file : sample_files()) {
    const auto too_wide = decode_picture(file, {.max_side = 2});
    ASSERT_FALSE(too_wide.has_value());
    EXPECT_EQ(too_wide.error().code(), ErrorCode::kNoSpace);
    const auto too_many = decode_picture(file, {.max_pixels = 5});
    ASSERT_FALSE(too_many.has_value());
    EXPECT_THAT(too_many.error().message(), HasSubstr("the limit is"));
  }
}

TEST(PictureCodec, EveryTruncationIsAnError) {
  for (const Bytes& file : sample_files()) {
    // JPEG may lose its end marker's last byte and no pixel.
    for (std::size_t length = 0; length + 2 < file.size(); ++length) {
      const auto picture = decode_picture(ByteView(file).first(length));
      ASSERT_FALSE(picture.has_value()) << "of " << file.size() << " bytes, " << length;
    }
  }
}

TEST(PictureCodec, FlippedBytesNeverCrashAndNeverGiveAnotherSizeThanTheyClaim) {
  std::mt19937 random(20261122);
  for (const Bytes& file : sample_files()) {
    for (int round = 0; round < 3000; ++round) {
      Bytes damaged = file;
      for (int flips = 0; flips < 1 + round % 4; ++flips) {
        damaged[random() % damaged.size()] = static_cast<std::byte>(random());
      }
      const auto picture = decode_picture(damaged, {.max_pixels = 1 << 20});
      if (picture) {
        EXPECT_EQ(picture->pixels.size(), static_cast<std::size_t>(picture->width) *
                                              static_cast<std::size_t>(picture->height) * 3);
      }
    }
  }
}

TEST(PictureCodec, WritersRefuseWhatTheyCannotStore) {
  const tensor::Picture picture = test_pattern(PixelFormat::kRgb, 2, 2);
  EXPECT_FALSE(encode_jpeg(picture.view(), 0).has_value());
  EXPECT_FALSE(encode_jpeg(picture.view(), 101).has_value());
  EXPECT_FALSE(encode_jpeg(tensor::PictureView{}).has_value());
  EXPECT_FALSE(encode_png(tensor::PictureView{}).has_value());
}

}  // namespace
}  // namespace arete::media
