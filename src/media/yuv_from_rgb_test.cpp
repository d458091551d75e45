// SPDX-License-Identifier: Apache-2.0
#include "media/yuv_from_rgb.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "media/test_pictures.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;

/// A canvas with padded rows, and what it was filled with before.
struct TestCanvas {
  TestCanvas(PixelFormat format, int width, int height) {
    const bool pairs = format == PixelFormat::kNv12;
    const int chroma_width = pairs ? width : width / 2;
    for (std::size_t i = 0; i < (pairs ? 2U : 3U); ++i) {
      const int rows = i == 0 ? height : height / 2;
      stride.at(i) = (i == 0 ? width : chroma_width) + 5;
      memory.at(i).assign(static_cast<std::size_t>(stride.at(i) * rows), 7);
      canvas.planes.at(i) = {memory.at(i).data(), stride.at(i)};
    }
    canvas.format = format;
    canvas.width = width;
    canvas.height = height;
  }
  [[nodiscard]] int at(std::size_t plane, int x, int y) const {
    return memory.at(plane).at(static_cast<std::size_t>(y * stride.at(plane) + x));
  }
  std::array<std::vector<std::uint8_t>, 3> memory;
  std::array<int, 3> stride{};
  YuvCanvas canvas;
};

tensor::Picture plain(PixelFormat format, int width, int height,
                      std::array<std::uint8_t, 3> color) {
  tensor::Picture picture(format, width, height);
  const auto channels = static_cast<std::size_t>(tensor::channels_of(format));
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    picture.pixels[i] = color.at(i % channels);
  }
  return picture;
}

struct Primary {
  std::array<std::uint8_t, 3> rgb;
  std::array<int, 3> yuv601;
  std::array<int, 3> yuv709;
};
/// Color bars as the recommendations list them.
constexpr std::array kPrimaries{Primary{{255, 255, 255}, {235, 128, 128}, {235, 128, 128}},
                                Primary{{0, 0, 0}, {16, 128, 128}, {16, 128, 128}},
                                Primary{{255, 0, 0}, {81, 90, 240}, {63, 102, 240}},
                                Primary{{0, 255, 0}, {145, 54, 34}, {173, 42, 26}},
                                Primary{{0, 0, 255}, {41, 240, 110}, {32, 240, 118}}};

TEST(YuvFromRgb, PrimariesAreWhatTheStandardsSay) {
  for (const Primary& each : kPrimaries) {
    for (const tensor::YuvMatrix matrix : {tensor::YuvMatrix::kBt601, tensor::YuvMatrix::kBt709}) {
      const auto& want = matrix == tensor::YuvMatrix::kBt601 ? each.yuv601 : each.yuv709;
      TestCanvas out(PixelFormat::kI420, 6, 4);
      yuv_from_rgb(plain(PixelFormat::kRgb, 6, 4, each.rgb).view(), matrix, out.canvas);
      for (std::size_t plane = 0; plane < 3; ++plane) {
        EXPECT_EQ(out.at(plane, 0, 0), want.at(plane)) << plane;
        EXPECT_EQ(out.at(plane, 2, 1), want.at(plane)) << plane;
      }
    }
  }
}

TEST(YuvFromRgb, AllFormatsAgree) {
  const tensor::Picture rgb = smooth_pattern(PixelFormat::kRgb, 8, 6);
  tensor::Picture bgr(PixelFormat::kBgr, 8, 6);
  for (std::size_t i = 0; i < rgb.pixels.size(); i += 3) {
    std::reverse_copy(rgb.pixels.data() + i, rgb.pixels.data() + i + 3, bgr.pixels.data() + i);
  }
  TestCanvas planar(PixelFormat::kI420, 8, 6);
  TestCanvas pairs(PixelFormat::kNv12, 8, 6);
  yuv_from_rgb(rgb.view(), tensor::YuvMatrix::kBt601, planar.canvas);
  yuv_from_rgb(bgr.view(), tensor::YuvMatrix::kBt601, pairs.canvas);
  EXPECT_EQ(planar.memory[0], pairs.memory[0]);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) {
      EXPECT_EQ(planar.at(1, x, y), pairs.at(1, 2 * x, y));
      EXPECT_EQ(planar.at(2, x, y), pairs.at(1, 2 * x + 1, y));
    }
  }
}

TEST(YuvFromRgb, StaysInsideTheCanvasAndLeavesOddBordersOut) {
  TestCanvas out(PixelFormat::kI420, 4, 2);
  yuv_from_rgb(plain(PixelFormat::kRgb, 5, 3, {255, 255, 255}).view(), tensor::YuvMatrix::kBt709,
               out.canvas);
  EXPECT_EQ(out.at(0, 3, 1), 235);
  EXPECT_EQ(out.at(0, 4, 1), 7) << "the padding";
  EXPECT_EQ(out.at(1, 2, 0), 7) << "the padding";
}

TEST(YuvFromRgb, ChromaLiesAtTheFirstColumnOfItsPair) {
  tensor::Picture edge(PixelFormat::kRgb, 8, 2);
  for (int y = 0; y < 2; ++y) {
    for (int x = 4; x < 8; ++x) {
      edge.row(y)[3 * x] = 255;
    }
  }
  TestCanvas out(PixelFormat::kI420, 8, 2);
  yuv_from_rgb(edge.view(), tensor::YuvMatrix::kBt601, out.canvas);
  EXPECT_EQ(out.at(2, 1, 0), 128) << "at column 2 all is black";
  EXPECT_EQ(out.at(2, 2, 0), 128 + 84) << "at column 4 a quarter is";
  EXPECT_EQ(out.at(2, 3, 0), 240);
}

TEST(YuvFromRgb, GrayHasNoColor) {
  TestCanvas out(PixelFormat::kNv12, 4, 2);
  yuv_from_rgb(plain(PixelFormat::kGray, 4, 2, {255}).view(), tensor::YuvMatrix::kBt601,
               out.canvas);
  EXPECT_EQ(out.at(0, 0, 0), 235);
  EXPECT_EQ(out.at(1, 0, 0), 128);
  EXPECT_EQ(out.at(1, 3, 0), 128);
}

/// A view of kI420 memory that TestCanvas owns.
tensor::PictureView view_of(const TestCanvas& from, tensor::YuvRange range) {
  tensor::PictureView view;
  view.format = from.canvas.format;
  view.width = from.canvas.width;
  view.height = from.canvas.height;
  view.data = from.memory[0].data();
  view.stride = from.stride[0];
  view.chroma[0] = {from.memory[1].data(), from.stride[1]};
  view.chroma[1] = {from.memory[2].data(), from.stride[2]};
  view.color.range = range;
  return view;
}

TEST(YuvFromYuv, LimitedRangeIsCopiedAndFullRangeScaled) {
  TestCanvas from(PixelFormat::kI420, 4, 2);
  from.memory[0] = {0, 16, 128, 255, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0};
  from.memory[1].assign({0, 255, 0, 0, 0, 0, 0});
  from.memory[2].assign({128, 1, 0, 0, 0, 0, 0});
  TestCanvas same(PixelFormat::kNv12, 4, 2);
  yuv_from_yuv(view_of(from, tensor::YuvRange::kLimited), same.canvas);
  EXPECT_EQ(same.at(0, 3, 0), 255);
  EXPECT_EQ(same.at(1, 0, 0), 0);
  EXPECT_EQ(same.at(1, 1, 0), 128);
  EXPECT_EQ(same.at(1, 2, 0), 255);
  TestCanvas scaled(PixelFormat::kI420, 4, 2);
  yuv_from_yuv(view_of(from, tensor::YuvRange::kFull), scaled.canvas);
  EXPECT_EQ(scaled.at(0, 0, 0), 16);
  EXPECT_EQ(scaled.at(0, 3, 0), 235);
  EXPECT_EQ(scaled.at(1, 0, 0), 16);
  EXPECT_EQ(scaled.at(1, 1, 0), 240);
  EXPECT_EQ(scaled.at(2, 0, 0), 128);
}

}  // namespace
}  // namespace arete::media
