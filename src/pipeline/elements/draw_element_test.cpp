// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/draw_element.hpp"

#include <gtest/gtest.h>

#include "pipeline/elements/test_frames.hpp"

namespace arete::pipeline {
namespace {

using tensor::PixelFormat;

const media::VideoFrame& only_frame(const std::vector<Packet>& packets) {
  EXPECT_EQ(packets.size(), 1U);
  EXPECT_NE(packets.at(0).frame(), nullptr);
  return *packets.at(0).frame();
}

/// Pixels that are not the gray of the ground.
int drawn_pixels(const tensor::PictureView& view, int ground = 128) {
  int count = 0;
  for (int y = 0; y < view.height; ++y) {
    for (int x = 0; x < view.width; ++x) {
      const std::uint8_t* pixel = view.row(y) + std::ptrdiff_t{x} * 3;
      count += pixel[0] != ground || pixel[1] != ground || pixel[2] != ground ? 1 : 0;
    }
  }
  return count;
}

class DrawElements : public testing::Test {
 protected:
  int drawn(const char* yaml, const Packet& packet) {
    EXPECT_EQ(bench_.why_not(draw_element_type(), yaml), "");
    return drawn_pixels(only_frame(bench_.feed(packet)).view);
  }
  ElementBench bench_;
};

TEST_F(DrawElements, TheFrameBecomesAPictureOfItsOwnAndTheRestStays) {
  ASSERT_EQ(bench_.why_not(draw_element_type(), "stats: false"), "");
  Packet packet = named(plain_packet(PixelFormat::kRgb, 120, 80, 2), "a.jpg");
  packet.stamp.sequence = 7;
  packet = with_event(with_detection(packet, detection_at("cat", 0.9F, {20, 30, 80, 70})), "seen");
  const auto out = bench_.feed(packet);
  const media::VideoFrame& frame = only_frame(out);
  EXPECT_EQ(frame.file, "a.jpg");
  EXPECT_EQ(frame.media_time, at_seconds(2));
  EXPECT_EQ(out[0].stamp.sequence, 7);
  EXPECT_EQ(out[0].events.size(), 1U);
  EXPECT_EQ(out[0].result_of("detector"), packet.result_of("detector"));
  EXPECT_GT(drawn_pixels(frame.view), 500);
  EXPECT_EQ(drawn_pixels(packet.frame()->view), 0);  // the original is not touched
}

TEST_F(DrawElements, EveryPixelFormatIsDrawnInto) {
  for (const PixelFormat format : {PixelFormat::kBgr, PixelFormat::kGray, PixelFormat::kNv12,
                                   PixelFormat::kI420, PixelFormat::kYuyv}) {
    ASSERT_EQ(bench_.why_not(draw_element_type(), "stats: false"), "");
    const int level = tensor::is_yuv(format) ? 130 : 128;  // 255/219 of 114 above black
    const auto out = bench_.feed(with_detection(
        plain_packet(format, 121, 81, 0, static_cast<std::uint8_t>(level == 130 ? 126 : 128)),
        detection_at("cat", 0.9F, {20, 30, 80, 70})));
    const tensor::PictureView& view = only_frame(out).view;
    EXPECT_EQ(view.format, PixelFormat::kRgb);
    EXPECT_EQ(view.width, 121);
    const int ground = view.row(80)[0];
    EXPECT_NEAR(ground, 128, 1);
    const int pixels = drawn_pixels(view, ground);
    EXPECT_GT(pixels, 500);
    EXPECT_LT(pixels, 3000);
  }
}

TEST_F(DrawElements, SettingsChooseWhatIsDrawn) {
  Packet packet = plain_packet(PixelFormat::kRgb, 120, 80, 0);
  ElementResult zone;
  zone.element = "door";
  zone.overlays.push_back({.kind = media::OverlayKind::kZone,
                           .name = "door",
                           .points = {{10, 10}, {60, 10}, {60, 60}, {10, 60}}});
  packet.set_result(zone);
  ElementResult mask;
  mask.element = "segments";
  mask.findings.mask = tensor::Mask{120, 80, std::vector<std::uint8_t>(9600, 1), {}};
  packet.set_result(mask);
  EXPECT_EQ(drawn("{stats: false, masks: false, overlays: false}", packet), 0);
  EXPECT_EQ(drawn("{stats: false, overlays: false}", packet), 9600);
  const int zone_alone = drawn("{stats: false, masks: false}", packet);
  EXPECT_GT(zone_alone, 2000);
  EXPECT_LT(zone_alone, 4000);
  EXPECT_EQ(drawn("{stats: false, of: door}", packet), zone_alone);
  EXPECT_EQ(drawn("{stats: false, of: [segments], overlays: false}", packet), 9600);
}

TEST_F(DrawElements, LinesConnectSeventeenKeypointsOnly) {
  tensor::Detection pose;
  for (int i = 0; i < 17; ++i) {
    pose.keypoints.push_back({static_cast<float>(10 + 90 * (i % 2)), static_cast<float>(4 * i), 1});
  }
  const Packet body = with_detection(plain_packet(PixelFormat::kRgb, 120, 80, 0), pose);
  EXPECT_GT(drawn("stats: false", body), drawn("{stats: false, skeleton: none}", body) + 200);
  EXPECT_EQ(drawn("{stats: false, keypoint_score: 1}", body), drawn("stats: false", body));
  pose.keypoints.pop_back();
  const Packet other = with_detection(plain_packet(PixelFormat::kRgb, 120, 80, 0), pose);
  EXPECT_EQ(drawn("stats: false", other), drawn("{stats: false, skeleton: none}", other));
}

TEST_F(DrawElements, StatsShowWhatResultsSayAndTheRate) {
  const Packet silent = plain_packet(PixelFormat::kRgb, 400, 80, 0);
  EXPECT_EQ(drawn("{}", silent), 0);  // one frame has no rate
  bench_.clock.advance(std::chrono::milliseconds(40));
  const int rate =
      drawn_pixels(only_frame(bench_.feed(plain_packet(PixelFormat::kRgb, 400, 80, 0.04))).view);
  EXPECT_GT(rate, 300);
  Packet talking = silent;
  ElementResult result;
  result.element = "detector";
  result.stats = "net 12.3 ms  null f32";
  talking.set_result(result);
  EXPECT_GT(drawn("{}", talking), 300);
  EXPECT_EQ(drawn("stats: false", talking), 0);
}

TEST_F(DrawElements, WhatHasNoPicturePasses) {
  ASSERT_EQ(bench_.why_not(draw_element_type(), "{}"), "");
  const auto out = bench_.feed(class_packet(0, "speech", 0.9F));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].frame(), nullptr);
  EXPECT_EQ(out[0].results.size(), 1U);
}

TEST_F(DrawElements, WrongSettingsAreNamed) {
  EXPECT_NE(bench_.why_not(draw_element_type(), "skeleton: hand"), "");
  EXPECT_NE(bench_.why_not(draw_element_type(), "keypoint_score: 2"), "");
  EXPECT_NE(bench_.why_not(draw_element_type(), "mask: true").find("masks"), std::string::npos);
}

}  // namespace
}  // namespace arete::pipeline
