// SPDX-License-Identifier: Apache-2.0
#include "media/labels.hpp"

#include <gtest/gtest.h>

namespace arete::media {
namespace {

constexpr int kGroundWidth = 300;
constexpr int kGroundHeight = 200;

/// How many pixels are not black.
int lit_pixels(const tensor::Picture& picture) {
  int count = 0;
  for (const std::uint8_t sample : picture.pixels) {
    count += sample != 0 ? 1 : 0;
  }
  return count;
}

/// White plates with black text on black; text needs only few of a plate's pixels.
tensor::Picture drawn(const Labels& labels) {
  tensor::Picture picture(tensor::PixelFormat::kGray, kGroundWidth, kGroundHeight);
  labels.draw(picture);
  return picture;
}

TEST(Labels, CaptionsOfBoxesThatLieTogetherDoNotHideEachOther) {
  Labels one(kGroundWidth, kGroundHeight, 1);
  one.add({"person 0.91"}, {100, 80, 150, 140}, kWhite);
  const int plate = lit_pixels(drawn(one));
  Labels many(kGroundWidth, kGroundHeight, 1);
  for (int i = 0; i < 5; ++i) {
    many.add({"person 0.91"}, {100 + i, 80 + i, 150 + i, 140 + i}, kWhite);
  }
  EXPECT_EQ(lit_pixels(drawn(many)), 5 * plate);
}

TEST(Labels, CaptionsStayInsideThePicture) {
  const auto whole = [](const PixelRect& around) {
    Labels labels(kGroundWidth, kGroundHeight, 2);
    labels.add({"person 0.91", "asleep 0.80"}, around, kWhite);
    return lit_pixels(drawn(labels));
  };
  const int plate = whole({100, 80, 150, 140});
  for (const PixelRect& around :
       {PixelRect{-50, -50, 5, 5}, PixelRect{290, 190, 400, 300}, PixelRect{0, 0, 300, 200},
        PixelRect{-1, 199, 1, 201}, PixelRect{299, -1, 301, 1}}) {
    EXPECT_EQ(whole(around), plate);
  }
}

TEST(Labels, TheFirstOfTwoThatMustOverlapLiesOnTop) {
  Labels labels(20, 12, 1);
  labels.add({"WWWWWWW"}, {0, 0, 20, 12}, kWhite);
  labels.add({"WWWWWWW"}, {0, 0, 20, 12}, Color{0, 0, 255});
  tensor::Picture picture(tensor::PixelFormat::kRgb, 20, 12);
  labels.draw(picture);
  EXPECT_EQ(picture.row(0)[0], 255);
}

TEST(Labels, ThousandsArePlacedToo) {
  Labels labels(kGroundWidth, kGroundHeight, 1);
  for (int i = 0; i < 5000; ++i) {
    labels.add({"x"}, {i % 280, i % 190, i % 280 + 9, i % 190 + 9}, kWhite);
  }
  EXPECT_GT(lit_pixels(drawn(labels)), 0);
}

}  // namespace
}  // namespace arete::media
