// SPDX-License-Identifier: Apache-2.0
#include "media/draw.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

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

TEST(Draw, LinesAreDrawnForThatManyKeypointsOnly) {
  tensor::Findings findings;
  tensor::Detection pose;
  pose.keypoints = {{30, 30, 0.9F}, {90, 30, 0.9F}};
  findings.detections.push_back(pose);
  for (const std::size_t points : {0U, 2U, 17U}) {
    tensor::Picture picture = gray_ground();
    draw(picture, findings, {.skeleton = {{0, 1}}, .skeleton_points = points, .scale = 1});
    EXPECT_EQ(changed(picture, 60, 30), points != 17);
  }
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

/// Pixels of exactly this color.
int count_of(const tensor::Picture& picture, Color color) {
  int count = 0;
  for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
    count += Color{picture.pixels[i], picture.pixels[i + 1], picture.pixels[i + 2]} == color;
  }
  return count;
}

TEST(Draw, ColorsFollowTheTrackWhereThereIsOne) {
  tensor::Findings findings;
  findings.detections = {box_at(20, 40, 90, 100)};
  tensor::Picture by_class = gray_ground();
  draw(by_class, findings, {.scale = 1});
  EXPECT_GT(count_of(by_class, class_color(3)), 300);
  findings.detections[0].track = 5;
  tensor::Picture by_track = gray_ground();
  draw(by_track, findings, {.scale = 1});
  EXPECT_EQ(count_of(by_track, class_color(3)), 0);
  EXPECT_GT(count_of(by_track, class_color(5)), 300);
}

TEST(Draw, CaptionsOfOneBoxGrowWithTrackAndSecondClasses) {
  const auto plate = [](const tensor::Detection& detection) {
    tensor::Findings findings;
    findings.detections = {detection};
    tensor::Picture picture = gray_ground();
    draw(picture, findings, {.scale = 1});
    return count_of(picture, class_color(2)) + count_of(picture, kWhite) +
           count_of(picture, kBlack);
  };
  tensor::Detection detection = box_at(20, 60, 90, 100);
  detection.index = 2;
  const int alone = plate(detection);
  detection.classes = {{"asleep", 0, 0.9F}};
  const int with_class = plate(detection);
  EXPECT_GT(with_class, alone + 300);
  detection.classes = std::vector<tensor::Classification>(50, {"asleep", 0, 0.9F});
  EXPECT_LT(plate(detection), alone + 5 * (with_class - alone));
  detection.classes.clear();
  detection.track = 2;
  EXPECT_GT(plate(detection), alone + 100);
}

TEST(Draw, ZonesAreTintedAndOutlined) {
  tensor::Picture picture = gray_ground();
  const Overlay zone{.kind = OverlayKind::kZone,
                     .name = "",
                     .points = {{50, 40}, {150, 40}, {150, 100}, {50, 100}},
                     .inside = 1,
                     .color = 1};
  draw_all(picture, {.overlays = {&zone}}, {.scale = 1});
  EXPECT_TRUE(changed(picture, 120, 80));
  EXPECT_FALSE(changed(picture, 170, 80));
  const std::uint8_t* edge = picture.row(70) + std::ptrdiff_t{50} * 3;
  EXPECT_EQ((Color{edge[0], edge[1], edge[2]}), class_color(1));
}

TEST(Draw, TheArrowOfALinePointsToTheRightOfItsDirection) {
  const auto drawn = [](OverlayPoint from, OverlayPoint to) {
    tensor::Picture picture = gray_ground();
    const Overlay line{.kind = OverlayKind::kLine, .name = "", .points = {from, to}, .color = 1};
    draw_all(picture, {.overlays = {&line}}, {.scale = 1});
    // The arrow's tip, beside the line's middle.
    return std::pair(changed(picture, 100, 60 + 10), changed(picture, 100, 60 - 10));
  };
  EXPECT_EQ(drawn({20, 60}, {180, 60}).first, true);
  EXPECT_EQ(drawn({180, 60}, {20, 60}).second, true);
}

TEST(Draw, HostileOverlaysStayInsideThePicture) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::vector<Overlay> overlays(6);
  overlays[1].points = {{1, 1}, {1, 1}, {1, 1}};
  overlays[2].points = {{-1e30F, -1e30F}, {1e30F, 1e30F}, {1e30F, -1e30F}};
  overlays[3].points = {{kInfinity, 0}, {0, kInfinity}, {0, 0}};
  overlays[4] = {.kind = OverlayKind::kLine, .name = "x", .points = {{2, 2}, {2, 2}}};
  overlays[5] = {.kind = OverlayKind::kLine, .name = "x", .points = {{-1e30F, 3}, {1e30F, 3}}};
  Drawing drawing;
  for (const Overlay& overlay : overlays) {
    drawing.overlays.push_back(&overlay);
  }
  tensor::Picture picture(PixelFormat::kRgb, 30, 20);
  draw_all(picture, drawing);
  EXPECT_EQ(picture.pixels.size(), 1800U);
}

TEST(Draw, SizesFollowThePicture) {
  EXPECT_EQ(drawing_scale(100, 100), 1);
  EXPECT_EQ(drawing_scale(640, 480), 2);
  EXPECT_EQ(drawing_scale(1920, 1080), 4);
}

}  // namespace
}  // namespace arete::media
