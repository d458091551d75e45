// SPDX-License-Identifier: Apache-2.0
#include "media/draw.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "media/canvas.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;

constexpr int kWidth = 200;
constexpr int kHeight = 120;

tensor::Picture gray_ground() {
  tensor::Picture picture(PixelFormat::kRgb, kWidth, kHeight);
  picture.pixels.assign(picture.pixels.size(), 128);
  return picture;
}

bool changed(const tensor::Picture& picture, int x, int y) {
  const std::uint8_t* pixel = picture.row(y) + std::ptrdiff_t{x} * 3;
  return pixel[0] != 128 || pixel[1] != 128 || pixel[2] != 128;
}

tensor::Detection box_at(float x1, float y1, float x2, float y2) {
  tensor::Detection detection;
  detection.label = "cat";
  detection.index = 3;
  detection.score = 0.5F;
  detection.box = {x1, y1, x2, y2};
  return detection;
}

TEST(Draw, NothingFoundChangesNothing) {
  tensor::Picture picture = gray_ground();
  draw(picture, {});
  EXPECT_EQ(picture.pixels, gray_ground().pixels);
}

TEST(Draw, ABoxChangesItsBorderAndCaptionOnly) {
  tensor::Picture picture = gray_ground();
  tensor::Findings findings;
  findings.detections.push_back(box_at(60, 50, 160, 110));
  draw(picture, findings, {.scale = 1});
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const bool inside = x >= 63 && x < 157 && y >= 53 && y < 107;
      const bool near_box = x >= 59 && x < 161 && y >= 49 && y < 111;
      const bool caption = x >= 60 && x < 60 + text_width("cat 0.50", 1) + 1 && y >= 39 && y < 50;
      if (inside || (!near_box && !caption)) {
        ASSERT_FALSE(changed(picture, x, y)) << x << ", " << y;
      }
    }
  }
  EXPECT_TRUE(changed(picture, 60, 80));
  EXPECT_TRUE(changed(picture, 100, 45));
}

TEST(Draw, MaskLeavesClassZeroAlone) {
  tensor::Picture picture = gray_ground();
  tensor::Findings findings;
  findings.mask = tensor::Mask{kWidth, kHeight, {}, {}};
  findings.mask->classes.assign(kWidth * kHeight, 0);
  findings.mask->classes[5 * kWidth + 7] = 2;
  draw(picture, findings);
  EXPECT_TRUE(changed(picture, 7, 5));
  EXPECT_FALSE(changed(picture, 8, 5));
}

TEST(Draw, KeypointsBelowTheScoreAreLeftOut) {
  tensor::Picture picture = gray_ground();
  tensor::Findings findings;
  tensor::Detection pose;
  pose.keypoints = {{30, 30, 0.9F}, {90, 60, 0.1F}};
  findings.detections.push_back(pose);
  draw(picture, findings, {.skeleton = {{0, 1}, {0, 9}, {-1, 0}}, .scale = 1});
  EXPECT_TRUE(changed(picture, 30, 30));
  EXPECT_FALSE(changed(picture, 90, 60));
  EXPECT_FALSE(changed(picture, 60, 45));
}

TEST(Draw, HostileFindingsStayInsideThePicture) {
  tensor::Findings findings;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  findings.detections = {box_at(-kInfinity, -1e9F, kInfinity, 1e9F), box_at(nan, nan, nan, nan),
                         box_at(199, 119, 500, 500)};
  findings.detections[0].keypoints = {{kInfinity, nan, 1}, {1e9F, -1e9F, 1}};
  findings.detections[0].label = std::string(10'000, 'W');
  findings.mask = tensor::Mask{5, 5, {1, 1}, {}};
  findings.classes = {{"", -7, nan}};
  for (const PixelFormat format : {PixelFormat::kRgb, PixelFormat::kBgr, PixelFormat::kGray}) {
    tensor::Picture picture(format, 3, 2);
    draw(picture, findings, {.stats = "12.3 ms"});
    EXPECT_EQ(picture.pixels.size(), 6U * static_cast<unsigned>(tensor::channels_of(format)));
  }
}

TEST(Draw, SizesFollowThePicture) {
  EXPECT_EQ(drawing_scale(100, 100), 1);
  EXPECT_EQ(drawing_scale(640, 480), 2);
  EXPECT_EQ(drawing_scale(1920, 1080), 4);
}

}  // namespace
}  // namespace arete::media
