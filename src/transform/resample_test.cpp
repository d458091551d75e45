// SPDX-License-Identifier: Apache-2.0
#include "transform/resample.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

namespace arete::transform {
namespace {

using spec::Resample;
using tensor::PixelFormat;

/// A 13 x 9 gray pattern without any smoothness.
tensor::Picture pattern() {
  tensor::Picture picture(PixelFormat::kGray, 13, 9);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    picture.pixels[i] = static_cast<std::uint8_t>(3 * i * 37 + 3 * i / 7 * 11);
  }
  return picture;
}

struct ReferenceCase {
  Resample method;
  spec::Size size;
  std::vector<int> expected;
};

/// Computed with Pillow 12 (BILINEAR, NEAREST), the area with NumPy. Pillow rounds between
/// its two passes, we do not: one step of difference.
const std::vector<ReferenceCase>& pillow_cases() {
  static const std::vector<ReferenceCase> kCases{
      {Resample::kBilinearAntialias, {5, 4}, {125, 117, 105, 122, 143, 125, 138, 121, 122, 106,
                                              131, 118, 123, 141, 134, 121, 127, 144, 111, 123}},
      {Resample::kBilinearAntialias, {13, 3}, {149, 73,  187, 78,  161, 54,  138, 95,  115, 165,
                                               88,  203, 64,  124, 154, 101, 188, 76,  163, 78,
                                               166, 111, 143, 88,  118, 148, 102, 153, 75,  127,
                                               148, 104, 189, 80,  195, 53,  169, 94,  146}},
      {Resample::kNearest, {5, 4}, {84,  50,  149, 237, 214, 19,  252, 84,  172, 149,
                                    210, 187, 19,  107, 84,  145, 122, 210, 42,  19}},
      {Resample::kArea, {5, 4}, {128, 128, 87,  122, 142, 122, 138, 137, 114, 93,
                                 127, 107, 127, 149, 147, 128, 140, 123, 109, 132}},
  };
  return kCases;
}

TEST(Resample, AgreesWithPillow) {
  const tensor::Picture source = pattern();
  for (const auto& one : pillow_cases()) {
    const tensor::Picture result = resize(source.view(), one.size, one.method);
    ASSERT_EQ(result.pixels.size(), one.expected.size());
    for (std::size_t i = 0; i < one.expected.size(); ++i) {
      EXPECT_LE(std::abs(result.pixels[i] - one.expected[i]), 1)
          << "method " << static_cast<int>(one.method) << ", pixel " << i;
    }
  }
}

TEST(Resample, EnlargingIsTheSameWithAndWithoutAntialiasing) {
  const tensor::Picture source = pattern();
  const auto plain = resize(source.view(), {20, 12}, Resample::kBilinear);
  const auto wide = resize(source.view(), {20, 12}, Resample::kBilinearAntialias);
  for (std::size_t i = 0; i < plain.pixels.size(); ++i) {
    EXPECT_LE(std::abs(plain.pixels[i] - wide.pixels[i]), 1) << i;
  }
  // First row of Pillow's BILINEAR at this size.
  const std::vector<int> first{0,   53, 125, 197, 165, 96, 168, 149, 68,  140,
                               132, 45, 111, 113, 19,  78, 155, 227, 171, 107};
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_LE(std::abs(plain.pixels[i] - first[i]), 1) << i;
  }
}

TEST(Resample, SameSizeChangesNothing) {
  const tensor::Picture source = pattern();
  for (const auto method :
       {Resample::kBilinear, Resample::kBilinearAntialias, Resample::kNearest, Resample::kArea}) {
    EXPECT_EQ(resize(source.view(), {13, 9}, method).pixels, source.pixels);
  }
}

TEST(Resample, HalvingByHand) {
  tensor::Picture source(PixelFormat::kGray, 4, 1);
  source.pixels = {10, 20, 30, 50};
  // Two taps at the center between two pixels; the area of two pixels is the same here.
  EXPECT_EQ(resize(source.view(), {2, 1}, Resample::kBilinear).pixels,
            (std::vector<std::uint8_t>{15, 40}));
  EXPECT_EQ(resize(source.view(), {2, 1}, Resample::kArea).pixels,
            (std::vector<std::uint8_t>{15, 40}));
  // A triangle of half width 2 around 1.0: weights 3/8, 3/8, 1/8 of 10, 20, 30, over 7/8.
  EXPECT_EQ(resize(source.view(), {2, 1}, Resample::kBilinearAntialias).pixels.front(), 17);
}

TEST(Resample, ConstantStaysConstantAtAnySize) {
  tensor::Picture source(PixelFormat::kRgb, 17, 11);
  for (std::size_t i = 0; i < source.pixels.size(); ++i) {
    source.pixels[i] = static_cast<std::uint8_t>(100 + 77 * (i % 3));
  }
  for (const auto method :
       {Resample::kBilinear, Resample::kBilinearAntialias, Resample::kNearest, Resample::kArea}) {
    for (int size = 1; size < 40; size += 3) {
      const auto result = resize(source.view(), {size, 41 - size}, method);
      for (std::size_t i = 0; i < result.pixels.size(); ++i) {
        ASSERT_EQ(result.pixels[i], 100 + 77 * (i % 3)) << size;
      }
    }
  }
}

TEST(Resample, TapsLieInsideAndSumToOne) {
  for (const auto method :
       {Resample::kBilinear, Resample::kBilinearAntialias, Resample::kNearest, Resample::kArea}) {
    for (int inputs = 1; inputs < 30; ++inputs) {
      for (int outputs = 1; outputs < 30; ++outputs) {
        const Taps taps = make_taps(method, inputs, outputs);
        for (std::size_t i = 0; i < taps.windows.size(); ++i) {
          const auto window = taps.windows[i];
          ASSERT_GE(window.first, 0);
          ASSERT_GE(window.count, 1);
          ASSERT_LE(window.first + window.count, inputs);
          ASSERT_TRUE(i == 0 || window.first >= taps.windows[i - 1].first);
          const float* weights = taps.weights_of(i);
          ASSERT_NEAR(std::accumulate(weights, weights + taps.width, 0.0F), 1, 1e-5);
        }
      }
    }
  }
}

TEST(Resample, ReadsAPartOfALargerPicture) {
  const tensor::Picture source = pattern();
  tensor::PictureView part = source.view();
  part.data = source.row(2) + 3;
  part.width = 4;
  part.height = 5;
  const auto result = resize(part, {4, 5}, Resample::kBilinear);
  EXPECT_EQ(result.row(0)[0], source.row(2)[3]);
  EXPECT_EQ(result.row(4)[3], source.row(6)[6]);
}

}  // namespace
}  // namespace arete::transform
