// SPDX-License-Identifier: Apache-2.0
#include "transform/yuv.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "transform/row_kernels.hpp"

namespace arete::transform {
namespace {

using tensor::YuvColor;
using tensor::YuvMatrix;
using tensor::YuvRange;

constexpr std::array kColors{
    YuvColor{YuvMatrix::kBt601, YuvRange::kLimited}, YuvColor{YuvMatrix::kBt601, YuvRange::kFull},
    YuvColor{YuvMatrix::kBt709, YuvRange::kLimited}, YuvColor{YuvMatrix::kBt709, YuvRange::kFull}};

using Pixel = std::array<int, 3>;

Pixel converted(YuvColor color, int y, int u, int v) {
  const std::array<std::uint8_t, 3> in{static_cast<std::uint8_t>(y), static_cast<std::uint8_t>(u),
                                       static_cast<std::uint8_t>(v)};
  std::array<std::uint8_t, 3> out{};
  const std::array<const std::uint8_t*, 3> from{in.data(), &in[1], &in[2]};
  const std::array<std::uint8_t*, 3> to{out.data(), &out[1], &out[2]};
  plain_row_kernels().to_rgb(yuv_factors(color), from.data(), to.data(), 1);
  return {out[0], out[1], out[2]};
}

/// The recommendations' equations in double: E'R = E'Y + 2 (1 - KR) E'PR and so on.
Pixel ideal(YuvColor color, int y, int u, int v) {
  const bool bt601 = color.matrix == YuvMatrix::kBt601;
  const double kr = bt601 ? 0.299 : 0.2126;
  const double kb = bt601 ? 0.114 : 0.0722;
  const bool limited = color.range == YuvRange::kLimited;
  const double luma = limited ? (y - 16) / 219.0 : y / 255.0;
  const double blue = (u - 128) / (limited ? 224.0 : 255.0);
  const double red = (v - 128) / (limited ? 224.0 : 255.0);
  const double r = luma + 2 * (1 - kr) * red;
  const double b = luma + 2 * (1 - kb) * blue;
  const double g = (luma - kr * r - kb * b) / (1 - kr - kb);
  const auto stored = [](double value) {
    return static_cast<int>(std::lround(std::clamp(value * 255, 0.0, 255.0)));
  };
  return {stored(r), stored(g), stored(b)};
}

TEST(Yuv, EveryColorIsWithinAStepOfTheEquations) {
  for (const YuvColor color : kColors) {
    for (int y = 0; y < 256; y += 3) {
      for (int u = 0; u < 256; u += 5) {
        for (int v = 0; v < 256; v += 5) {
          const Pixel got = converted(color, y, u, v);
          const Pixel wanted = ideal(color, y, u, v);
          for (std::size_t c = 0; c < 3; ++c) {
            ASSERT_LE(std::abs(got[c] - wanted[c]), 1) << y << " " << u << " " << v;
          }
        }
      }
    }
  }
}

TEST(Yuv, BlackAndWhiteAreExact) {
  for (const YuvColor color : kColors) {
    const bool limited = color.range == YuvRange::kLimited;
    EXPECT_EQ(converted(color, limited ? 16 : 0, 128, 128), (Pixel{0, 0, 0}));
    EXPECT_EQ(converted(color, limited ? 235 : 255, 128, 128), (Pixel{255, 255, 255}));
  }
}

TEST(Yuv, RedOfTheTwoMatrices) {
  EXPECT_EQ(converted(kColors[0], 81, 90, 240), (Pixel{254, 0, 0}));
  EXPECT_EQ(converted(kColors[2], 63, 102, 240), (Pixel{255, 1, 0}));
}

}  // namespace
}  // namespace arete::transform
