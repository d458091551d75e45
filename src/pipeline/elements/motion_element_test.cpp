// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/motion_element.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/elements/luma_grid.hpp"
#include "pipeline/elements/test_elements.hpp"

namespace arete::pipeline {
namespace {

constexpr int kWidth = 320;
constexpr int kHeight = 240;

/// A noisy wall with, perhaps, a bright square before it.
class Wall {
 public:
  Packet at(double seconds, int square_x = -1, int light = 100) {
    auto pixels = std::make_shared<std::vector<std::uint8_t>>(kWidth * kHeight);
    for (std::size_t i = 0; i < pixels->size(); ++i) {
      (*pixels)[i] = static_cast<std::uint8_t>(light + static_cast<int>(random_() % 9));
    }
    for (int y = 100; square_x >= 0 && y < 140; ++y) {
      std::fill_n(pixels->begin() + y * kWidth + square_x, 40, std::uint8_t{200});
    }
    Packet packet;
    packet.stamp.media_time = at_seconds(seconds);
    media::VideoFrame frame;
    frame.view = {.format = tensor::PixelFormat::kGray,
                  .width = kWidth,
                  .height = kHeight,
                  .stride = kWidth,
                  .data = pixels->data()};
    frame.owner = pixels;
    packet.media = std::make_shared<const media::MediaPacket>(std::move(frame));
    return packet;
  }

 private:
  std::mt19937 random_{3};
};

/// One letter a frame, 10 a second: s for a square that has moved on, l for a light 30 brighter,
/// '.' for the wall. Gives 'x' for what passed.
std::string passed(std::string_view yaml, std::string_view frames) {
  ElementBench bench;
  EXPECT_EQ(bench.why_not(motion_element_type(), yaml), "");
  Wall wall;
  std::string story;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const int square = frames[i] == 's' ? static_cast<int>(10 + 7 * (i % 40)) : -1;
    const auto packets =
        bench.feed(wall.at(static_cast<double>(i) / 10, square, frames[i] == 'l' ? 130 : 100));
    EXPECT_EQ(bench.error, "");
    story += packets.empty() ? '.' : 'x';
  }
  return story;
}

TEST(MotionElement, PassesTheFirstAndThenWhatMoves) {
  EXPECT_EQ(passed("{hold: 0, at_most_idle: 0}", ".....sss....."), "x....xxx.....");
}

TEST(MotionElement, HoldsOnAfterTheLastMotion) {
  EXPECT_EQ(passed("{hold: 0.2, at_most_idle: 0}", ".....ss......"), "x....xxxx....");
}

TEST(MotionElement, PassesOneNowAndThen) {
  EXPECT_EQ(passed("{hold: 0, at_most_idle: 0.4}", "............."), "x...x...x...x");
}

TEST(MotionElement, ALightThatChangesEverywhereIsNoMotion) {
  EXPECT_EQ(passed("{hold: 0, at_most_idle: 0}", "....llll....."), "x............");
}

TEST(MotionElement, WhatStaysBecomesBackground) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(motion_element_type(), "{hold: 0, at_most_idle: 0, adapt: 1}"), "");
  Wall wall;
  std::size_t count = 0;
  for (int i = 0; i < 100; ++i) {
    count += bench.feed(wall.at(i / 10.0, i < 5 ? -1 : 50)).size();
  }
  EXPECT_GT(count, 5U);
  EXPECT_LT(count, 50U);
  EXPECT_TRUE(bench.feed(wall.at(10.1, 50)).empty());
}

TEST(MotionElement, LooksAtItsRegionOnly) {
  EXPECT_EQ(passed("{hold: 0, at_most_idle: 0, region: [[0, 0], [1, 0], [1, 0.3], [0, 0.3]]}",
                   "....ssss"),
            "x.......");
  EXPECT_EQ(passed("{hold: 0, at_most_idle: 0, region: [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]}",
                   "....ssss"),
            "x...xxxx");
}

TEST(MotionElement, SaysHowMuchHadMoved) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(motion_element_type(), "{hold: 0, at_most_idle: 0, min_share: 0.5}"), "");
  Wall wall;
  bench.feed(wall.at(0));
  EXPECT_TRUE(bench.feed(wall.at(0.1, 96)).empty());
  ASSERT_EQ(bench.out.decisions.size(), 1U);
  EXPECT_EQ(bench.out.decisions[0].decision, Decision::kGated);
  EXPECT_DOUBLE_EQ(bench.out.decisions[0].limit, 0.5);
  EXPECT_NEAR(bench.out.decisions[0].value, 9.0 / 300, 3.1 / 300);  // 40 x 40 of 320 x 240
}

TEST(MotionElement, APictureOfAnotherSizeBeginsAnew) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(motion_element_type(), "{region: [[0, 0], [1, 0], [1, 1]]}"), "");
  EXPECT_EQ(bench.feed(picture_packet(0)).size(), 1U);
  EXPECT_EQ(bench.feed(picture_packet(5)).size(), 0U);
  EXPECT_EQ(bench.feed(picture_packet(6, 0, 64, 64)).size(), 1U);
  EXPECT_EQ(bench.feed(picture_packet(6, 1)).size(), 1U);  // another source
  bench.element->restart(0);
  EXPECT_EQ(bench.feed(picture_packet(7, 0, 64, 64)).size(), 1U);
  EXPECT_TRUE(bench.feed(class_packet(8, "x", 1)).empty());
  EXPECT_NE(bench.error.find("needs"), std::string::npos);
}

TEST(LumaGrid, EveryFormatOfAGrayPictureGivesTheSameGrid) {
  constexpr int kSmallWidth = 37;
  constexpr int kSmallHeight = 21;
  std::vector<std::uint8_t> gray(kSmallWidth * kSmallHeight);
  std::mt19937 random(1);
  std::ranges::generate(gray, [&] { return static_cast<std::uint8_t>(random() % 256); });
  std::vector<std::uint8_t> color;
  std::vector<std::uint8_t> yuyv;
  for (const std::uint8_t value : gray) {
    color.insert(color.end(), 3, value);
    yuyv.insert(yuyv.end(), {value, 7});
  }
  using tensor::PixelFormat;
  LumaGrid wanted;
  measure_luma({PixelFormat::kGray, kSmallWidth, kSmallHeight, kSmallWidth, gray.data()}, wanted);
  EXPECT_EQ(wanted.columns, 3);
  EXPECT_EQ(wanted.rows, 2);
  // The last cell: columns 32..36 of rows 16 and 20.
  float sum = 0;
  for (const int y : {16, 20}) {
    for (int x = 32; x < 37; ++x) {
      sum += gray[static_cast<std::size_t>(y * kSmallWidth + x)];
    }
  }
  EXPECT_FLOAT_EQ(wanted.cells[5], sum / 10);
  const std::array views{
      tensor::PictureView{PixelFormat::kRgb, kSmallWidth, kSmallHeight, 3 * kSmallWidth,
                          color.data()},
      tensor::PictureView{PixelFormat::kBgr, kSmallWidth, kSmallHeight, 3 * kSmallWidth,
                          color.data()},
      tensor::PictureView{PixelFormat::kYuyv, kSmallWidth, kSmallHeight, 2 * kSmallWidth,
                          yuyv.data()},
      tensor::PictureView{PixelFormat::kNv12, kSmallWidth, kSmallHeight, kSmallWidth, gray.data()}};
  for (const tensor::PictureView& view : views) {
    LumaGrid grid;
    measure_luma(view, grid);
    EXPECT_EQ(grid.cells, wanted.cells) << static_cast<int>(view.format);
  }
  LumaGrid empty = wanted;
  measure_luma({}, empty);
  EXPECT_EQ(empty.size(), 0U);
}

TEST(LumaGrid, TellsWhatItCosts) {
  constexpr int kHdWidth = 1280;
  constexpr int kHdHeight = 720;
  const std::vector<std::uint8_t> luma(kHdWidth * kHdHeight, 90);
  LumaGrid grid;
  double best_ms = 1e9;
  for (int i = 0; i < 30; ++i) {
    const auto start = std::chrono::steady_clock::now();
    measure_luma({tensor::PixelFormat::kNv12, kHdWidth, kHdHeight, kHdWidth, luma.data()}, grid);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    best_ms = std::min(best_ms, took.count());
  }
  EXPECT_EQ(grid.cells[100], 90);
  std::cout << "a luma grid of 1280 x 720: " << best_ms << " ms\n";
}

}  // namespace
}  // namespace arete::pipeline
