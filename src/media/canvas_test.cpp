// SPDX-License-Identifier: Apache-2.0
#include "media/canvas.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <limits>

#include "media/font.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;

/// '#' where the red sample is set, a line a row.
std::string shape_of(const tensor::Picture& picture) {
  std::string shape;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      shape += picture.row(y)[x * tensor::channels_of(picture.format)] != 0 ? '#' : '.';
    }
    shape += '\n';
  }
  return shape;
}

TEST(Canvas, FillIsHalfOpenAndClipped) {
  tensor::Picture picture(PixelFormat::kRgb, 4, 3);
  fill(picture, {2, -5, 9, 2}, kWhite);
  EXPECT_EQ(shape_of(picture), "..##\n..##\n....\n");
}

TEST(Canvas, FrameLeavesTheInsideAlone) {
  tensor::Picture picture(PixelFormat::kGray, 6, 5);
  frame(picture, {0, 0, 5, 5}, 1, kWhite);
  EXPECT_EQ(shape_of(picture), "#####.\n#...#.\n#...#.\n#...#.\n#####.\n");
  tensor::Picture thick(PixelFormat::kGray, 3, 3);
  frame(thick, {0, 0, 3, 3}, 9, kWhite);
  EXPECT_EQ(shape_of(thick), "###\n###\n###\n");
}

TEST(Canvas, TextIsTheGlyphScaled) {
  tensor::Picture picture(PixelFormat::kGray, 7, 8);
  text(picture, 1, 0, "T", 1, kWhite);
  EXPECT_EQ(shape_of(picture),
            ".#####.\n...#...\n...#...\n...#...\n...#...\n...#...\n...#...\n.......\n");
  tensor::Picture large(PixelFormat::kGray, 4, 2);
  text(large, 0, 0, "T", 2, kWhite);
  EXPECT_EQ(shape_of(large), "####\n####\n");
}

TEST(Canvas, UnknownCharactersAreOneBoxEach) {
  EXPECT_EQ(text_width("\xC3\xA9t\xC3\xA9", 2), 3 * kGlyphAdvance * 2);
  EXPECT_EQ(code_points("\xFFz"), (std::vector<char32_t>{0xFFFD, U'z'}));
  EXPECT_EQ(&glyph_of(0x20AC), &glyph_of(0xE9));
  EXPECT_NE(glyph_of(U'a'), glyph_of(U'b'));
}

TEST(Canvas, DiscAndLineAreRound) {
  tensor::Picture picture(PixelFormat::kGray, 5, 5);
  disc(picture, 2.5F, 2.5F, 2.3F, kWhite);
  EXPECT_EQ(shape_of(picture), ".###.\n#####\n#####\n#####\n.###.\n");
  tensor::Picture stroke(PixelFormat::kGray, 5, 3);
  line(stroke, {0.5F, 1.5F, 1}, {4.5F, 1.5F, 1}, 1, kWhite);
  EXPECT_EQ(shape_of(stroke), ".....\n#####\n.....\n");
}

TEST(Canvas, StrokesInAnyDirectionFillThePixelsThatAreNear) {
  for (const tensor::Keypoint& to : {tensor::Keypoint{30, 4, 1}, tensor::Keypoint{5, 31, 1},
                                     tensor::Keypoint{29, 27, 1}, tensor::Keypoint{-9, 40, 1}}) {
    const tensor::Keypoint from{6.3F, 5.1F, 1};
    tensor::Picture picture(PixelFormat::kGray, 33, 29);
    line(picture, from, to, 5, kWhite);
    for (int y = 0; y < 29; ++y) {
      for (int x = 0; x < 33; ++x) {
        const double px = x + 0.5 - double{from.x};
        const double py = y + 0.5 - double{from.y};
        const double dx = double{to.x} - double{from.x};
        const double dy = double{to.y} - double{from.y};
        const double along = std::clamp((px * dx + py * dy) / (dx * dx + dy * dy), 0.0, 1.0);
        const double off = std::hypot(px - along * dx, py - along * dy);
        if (std::abs(off - 2.5) > 1e-3) {
          ASSERT_EQ(picture.row(y)[x] != 0, off < 2.5) << x << ", " << y;
        }
      }
    }
  }
}

TEST(Canvas, PolygonsCoverThePixelsWhoseCentersAreInside) {
  tensor::Picture picture(PixelFormat::kGray, 6, 4);
  blend_polygon(picture, std::vector<OverlayPoint>{{1, 0.6F}, {5, 0.6F}, {5, 3}, {1, 3}}, kWhite,
                256);
  EXPECT_EQ(shape_of(picture), "......\n.####.\n.####.\n......\n");
  tensor::Picture bow(PixelFormat::kGray, 6,
                      2);  // crosses itself: a center on an edge counts on its right
  blend_polygon(bow, std::vector<OverlayPoint>{{0, 0}, {6, 2}, {6, 0}, {0, 2}}, kWhite, 256);
  EXPECT_EQ(shape_of(bow), "#...##\n#...##\n");
  tensor::Picture outside(PixelFormat::kGray, 3, 2);
  blend_polygon(outside, std::vector<OverlayPoint>{{-1e9F, -1e9F}, {1e9F, -1e9F}, {0, 1e9F}},
                kWhite, 256);
  EXPECT_EQ(shape_of(outside), "###\n###\n");
}

TEST(Canvas, AnyCoordinateIsAllowed) {
  tensor::Picture picture(PixelFormat::kRgb, 4, 4);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  disc(picture, kInfinity, 0, 3, kWhite);
  disc(picture, std::numeric_limits<float>::quiet_NaN(), 0, 3, kWhite);
  line(picture, {-1e30F, -1e30F, 1}, {-1e29F, -1e29F, 1}, 2, kWhite);
  blend(picture, -9, -1, 7, kWhite, 256);
  fill(picture, {3, 3, 1, 1}, kWhite);
  EXPECT_EQ(shape_of(picture), "....\n....\n....\n....\n");
}

TEST(Canvas, BlendMixesAndColorsFollowThePixelFormat) {
  tensor::Picture rgb(PixelFormat::kRgb, 1, 1);
  tensor::Picture bgr(PixelFormat::kBgr, 1, 1);
  blend(rgb, 0, 1, 0, {200, 100, 50}, 128);
  EXPECT_EQ(rgb.pixels, (std::vector<std::uint8_t>{100, 50, 25}));
  blend(bgr, 0, 1, 0, {200, 100, 50}, 256);
  EXPECT_EQ(bgr.pixels, (std::vector<std::uint8_t>{50, 100, 200}));
}

TEST(Canvas, ColorsAreStableAndNeighborsDiffer) {
  for (int i = -3; i < 100; ++i) {
    EXPECT_EQ(class_color(i), class_color(i));
    EXPECT_NE(class_color(i), class_color(i + 1)) << i;
  }
  EXPECT_EQ(readable_on(kWhite), kBlack);
  EXPECT_EQ(readable_on(kBlack), kWhite);
}

}  // namespace
}  // namespace arete::media
