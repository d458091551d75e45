// SPDX-License-Identifier: Apache-2.0
#include "media/orientation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/picture_codec.hpp"
#include "media/test_pictures.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;

/// Stored as   1 2 3
///             4 5 6
tensor::Picture stored_picture() {
  tensor::Picture picture(PixelFormat::kGray, 3, 2);
  picture.pixels = {1, 2, 3, 4, 5, 6};
  return picture;
}

struct OrientationCase {
  int orientation;
  int width;
  std::vector<std::uint8_t> seen;  ///< row by row
};

TEST(Orientation, AllEightAsTheStandardNumbersThem) {
  // The standard says where the stored first row and first column belong when seen:
  // 1 top left, 2 top right, 3 bottom right, 4 bottom left, 5 left top, 6 right top,
  // 7 right bottom, 8 left bottom.
  const std::vector<OrientationCase> cases{
      {1, 3, {1, 2, 3, 4, 5, 6}}, {2, 3, {3, 2, 1, 6, 5, 4}}, {3, 3, {6, 5, 4, 3, 2, 1}},
      {4, 3, {4, 5, 6, 1, 2, 3}}, {5, 2, {1, 4, 2, 5, 3, 6}}, {6, 2, {4, 1, 5, 2, 6, 3}},
      {7, 2, {6, 3, 5, 2, 4, 1}}, {8, 2, {3, 6, 2, 5, 1, 4}}, {9, 3, {1, 2, 3, 4, 5, 6}}};
  for (const auto& one : cases) {
    const tensor::Picture seen = upright(stored_picture(), one.orientation);
    EXPECT_EQ(seen.width, one.width) << one.orientation;
    EXPECT_EQ(seen.pixels, one.seen) << one.orientation;
  }
}

/// A JPEG's first marker, then an EXIF segment that holds one tag, then `rest`.
Bytes with_exif(bool big_endian, int orientation, ByteView rest) {
  ByteWriter out;
  out.u8({0xFF, 0xD8, 0xFF, 0xE1, 0, 2 + 6 + 8 + 2 + 12 + 4});
  out.u8({'E', 'x', 'i', 'f', 0, 0});
  if (big_endian) {
    out.u8({'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1});
    out.u8({0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0});
  } else {
    out.u8({'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0});
    out.u8({0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0});
  }
  out.bytes.insert(out.bytes.end(), rest.begin(), rest.end());
  return out.bytes;
}

TEST(Orientation, IsReadInBothByteOrders) {
  EXPECT_EQ(exif_orientation(with_exif(true, 6, {})), 6);
  EXPECT_EQ(exif_orientation(with_exif(false, 8, {})), 8);
  EXPECT_EQ(exif_orientation(with_exif(false, 77, {})), 1);
}

TEST(Orientation, DamagedExifMeansUpright) {
  const Bytes whole = with_exif(true, 6, {});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(exif_orientation(ByteView(whole).first(length)), 1) << length;
  }
  Bytes far_directory = whole;
  far_directory[16] = std::byte{0xFF};  // the directory's offset
  EXPECT_EQ(exif_orientation(far_directory), 1);
}

TEST(Orientation, IsHonoredWhenDecoding) {
  const tensor::Picture lying = smooth_pattern(PixelFormat::kGray, 32, 8);
  const Bytes plain = encode_jpeg(lying.view(), 100).value();
  const Bytes turned = with_exif(false, 6, ByteView(plain).subspan(2));
  const auto picture = decode_picture(turned, {.format = PixelFormat::kGray});
  ASSERT_TRUE(picture.has_value()) << picture.error().message();
  EXPECT_EQ(picture->width, 8);
  EXPECT_EQ(picture->height, 32);
  // Stored bottom left is seen top left.
  EXPECT_NEAR(picture->row(0)[0], lying.row(7)[0], 4);
}

}  // namespace
}  // namespace arete::media
