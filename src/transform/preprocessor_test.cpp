// SPDX-License-Identifier: Apache-2.0
#include "transform/preprocessor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace arete::transform {
namespace {

using tensor::DType;
using tensor::PixelFormat;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Pixels as they are, NHWC.
spec::ResolvedInput bytes_input(spec::Size size, spec::ColorOrder color,
                                spec::Fit fit = spec::Fit::kStretch) {
  spec::ImageInput image;
  image.color = color;
  image.fit = fit;
  image.pad = {7, 8, 9};
  spec::ResolvedInput input;
  input.meaning.kind = image;
  input.tensor.name = "pixels";
  input.tensor.dtype = DType::kU8;
  const int channels = color == spec::ColorOrder::kGray ? 1 : 3;
  input.image = spec::ResolvedImage{spec::Layout::kNhwc, size.width, size.height, channels, true};
  input.shape = {1, size.height, size.width, channels};
  return input;
}

std::vector<int> prepared(const tensor::PictureView& picture, const spec::ResolvedInput& input,
                          const std::vector<tensor::Box>& regions = {}) {
  auto preprocessor = Preprocessor::create(input);
  EXPECT_TRUE(preprocessor.has_value());
  std::vector<std::byte> out(preprocessor->picture_bytes() *
                             std::max<std::size_t>(1, regions.size()));
  std::vector<Geometry> geometries(regions.size());
  const Status done = regions.empty() ? [&]() -> Status {
    ARETE_TRY(preprocessor->run(picture, out));
    return {};
  }()
      : preprocessor->run(picture, regions, out, geometries);
  EXPECT_TRUE(done.has_value()) << done.error().message();
  std::vector<int> values(out.size());
  std::ranges::transform(out, values.begin(), [](std::byte b) { return static_cast<int>(b); });
  return values;
}

/// 4 x 4 pixels of 0, 10 ... 150.
tensor::Picture ramp() {
  tensor::Picture picture(PixelFormat::kGray, 4, 4);
  for (std::size_t i = 0; i < 16; ++i) {
    picture.pixels[i] = static_cast<std::uint8_t>(10 * i);
  }
  return picture;
}

TEST(Preprocessor, ChromaLiesOnTheFirstOfItsTwoColumnsAndBetweenItsTwoRows) {
  // Full-range, gray luma; only blue chroma differs: 128 on the left, 228 on the right.
  const std::vector<std::uint8_t> luma(16, 100);
  const std::vector<std::uint8_t> chroma{128, 128, 228, 128, 128, 128, 228, 128};
  tensor::PictureView view{PixelFormat::kNv12, 4, 4, 4, luma.data()};
  view.chroma[0] = {chroma.data(), 4};
  view.color.range = tensor::YuvRange::kFull;
  const auto rgb = prepared(view, bytes_input({4, 4}, spec::ColorOrder::kRgb));
  std::vector<int> blue;
  for (std::size_t x = 0; x < 4; ++x) {
    blue.push_back(rgb[3 * x + 2]);
  }
  // Chroma 128, 178, 228, 228: the second column lies halfway, the fourth at the edge.
  EXPECT_THAT(blue, ElementsAre(100, 189, 255, 255));
  // Down: rows 0 and 1 lie at -0.25 and 0.25 of the chroma rows 0 and 1.
  const std::vector<std::uint8_t> below{128, 128, 128, 128, 168, 128, 168, 128};
  view.chroma[0].data = below.data();
  const auto column = prepared(view, bytes_input({4, 4}, spec::ColorOrder::kRgb));
  EXPECT_THAT((std::vector{column[2], column[12 + 2], column[24 + 2], column[36 + 2]}),
              ElementsAre(100, 118, 153, 171));
}

TEST(Preprocessor, TheThreeChromaLayoutsMeanTheSame) {
  const std::vector<std::uint8_t> luma{16, 60, 100, 235, 90, 50};  // 3 x 2
  const std::vector<std::uint8_t> pairs{90, 200, 160, 40};         // of columns 0..1 and 2
  const std::vector<std::uint8_t> u{90, 160};
  const std::vector<std::uint8_t> v{200, 40};
  const std::vector<std::uint8_t> packed{16,  90, 60, 200, 100, 160, 0, 40,
                                         235, 90, 90, 200, 50,  160, 0, 40};
  tensor::PictureView nv12{PixelFormat::kNv12, 3, 2, 3, luma.data()};
  nv12.chroma[0] = {pairs.data(), 4};
  tensor::PictureView i420{PixelFormat::kI420, 3, 2, 3, luma.data()};
  i420.chroma = {{{u.data(), 2}, {v.data(), 2}}};
  const tensor::PictureView yuyv{PixelFormat::kYuyv, 3, 2, 8, packed.data()};
  for (const auto color : {spec::ColorOrder::kRgb, spec::ColorOrder::kGray}) {
    const auto input = bytes_input({5, 4}, color);
    const auto expected = prepared(nv12, input);
    EXPECT_EQ(prepared(i420, input), expected);
    EXPECT_EQ(prepared(yuyv, input), expected);  // both rows have the same chroma
  }
}

TEST(Preprocessor, AGrayInputIsTheLumaExpanded) {
  const std::vector<std::uint8_t> luma{16, 235, 126, 0};
  const std::vector<std::uint8_t> chroma{1, 255};
  tensor::PictureView view{PixelFormat::kNv12, 4, 1, 4, luma.data()};
  const std::vector<std::uint8_t> wide_chroma{1, 255, 3, 200};
  view.chroma[0] = {wide_chroma.data(), 4};
  EXPECT_THAT(prepared(view, bytes_input({4, 1}, spec::ColorOrder::kGray)),
              ElementsAre(0, 255, 128, 0));
}

TEST(Preprocessor, RegionsLieBehindOneAnotherAndAreSampledBetweenPixels) {
  const auto input = bytes_input({2, 2}, spec::ColorOrder::kGray);
  const tensor::Picture picture = ramp();
  EXPECT_THAT(prepared(picture.view(), input, {{1, 1, 3, 3}, {0.5F, 0, 2.5F, 2}}),
              ElementsAre(50, 60, 90, 100, 5, 15, 45, 55));
}

TEST(Preprocessor, WhatLiesOutsideTheFrameIsPadding) {
  const auto input = bytes_input({4, 2}, spec::ColorOrder::kGray);
  const tensor::Picture picture = ramp();
  EXPECT_THAT(prepared(picture.view(), input, {{-2, 3, 2, 5}}),
              ElementsAre(7, 7, 120, 130, 7, 7, 7, 7));
  EXPECT_THAT(prepared(picture.view(), input, {{2, 0, 6, 2}}),
              ElementsAre(20, 30, 7, 7, 60, 70, 7, 7));
  EXPECT_THAT(prepared(picture.view(), input, {{40, 40, 44, 42}}), Each(7));
}

TEST(Preprocessor, ARegionIsLetterboxedByItsOwnAspectRatio) {
  const auto input = bytes_input({4, 4}, spec::ColorOrder::kGray, spec::Fit::kLetterbox);
  const tensor::Picture picture = ramp();
  EXPECT_THAT(prepared(picture.view(), input, {{0, 1, 4, 3}}),
              ElementsAre(7, 7, 7, 7, 40, 50, 60, 70, 80, 90, 100, 110, 7, 7, 7, 7));
}

TEST(Preprocessor, GeometryOfARegionLeadsBackToTheFrame) {
  auto preprocessor =
      Preprocessor::create(bytes_input({8, 8}, spec::ColorOrder::kGray, spec::Fit::kLetterbox));
  ASSERT_TRUE(preprocessor.has_value());
  const tensor::Picture picture = ramp();
  const std::vector<tensor::Box> regions{{1, 1, 3, 2}};
  std::vector<std::byte> out(preprocessor->picture_bytes());
  std::vector<Geometry> geometries(1);
  ASSERT_TRUE(preprocessor->run(picture.view(), regions, out, geometries).has_value());
  // Two pixels across fill eight; one down fills four, from row 2 on.
  EXPECT_DOUBLE_EQ(geometries[0].source_x(0), 1);
  EXPECT_DOUBLE_EQ(geometries[0].source_x(8), 3);
  EXPECT_DOUBLE_EQ(geometries[0].source_y(2), 1);
  EXPECT_DOUBLE_EQ(geometries[0].source_y(6), 2);
}

TEST(Preprocessor, PlansAnewForAnotherSizeAndKeepsNothingOfTheLast) {
  auto preprocessor =
      Preprocessor::create(bytes_input({3, 3}, spec::ColorOrder::kGray, spec::Fit::kLetterbox));
  ASSERT_TRUE(preprocessor.has_value());
  std::vector<std::byte> out(9);
  const tensor::Picture wide(PixelFormat::kGray, 9, 3);
  const tensor::Picture square(PixelFormat::kGray, 5, 5);
  ASSERT_TRUE(preprocessor->run(wide.view(), out).has_value());
  EXPECT_EQ(out[0], std::byte{7});
  EXPECT_EQ(out[4], std::byte{0});
  ASSERT_TRUE(preprocessor->run(square.view(), out).has_value());
  EXPECT_THAT(out, Each(std::byte{0}));
}

TEST(Preprocessor, PicturesThatCannotBeReadAreRefused) {
  auto preprocessor = Preprocessor::create(bytes_input({2, 2}, spec::ColorOrder::kRgb));
  ASSERT_TRUE(preprocessor.has_value());
  std::vector<std::byte> out(preprocessor->picture_bytes());
  const std::vector<std::uint8_t> memory(64);
  tensor::PictureView view{PixelFormat::kNv12, 4, 4, 4, memory.data()};
  const auto no_chroma = preprocessor->run(view, out);
  ASSERT_FALSE(no_chroma.has_value());
  EXPECT_THAT(no_chroma.error().message(), HasSubstr("plane 1 of the picture"));
  view.chroma[0] = {memory.data(), 3};
  EXPECT_FALSE(preprocessor->run(view, out).has_value());
  view.chroma[0].stride = 4;
  EXPECT_TRUE(preprocessor->run(view, out).has_value());
  view.stride = 3;
  const auto narrow = preprocessor->run(view, out);
  ASSERT_FALSE(narrow.has_value());
  EXPECT_THAT(narrow.error().message(), HasSubstr("rows of 4 bytes, 3 apart"));
}

TEST(Preprocessor, RegionsThatAreNoneAreRefusedByNumber) {
  auto preprocessor = Preprocessor::create(bytes_input({2, 2}, spec::ColorOrder::kGray));
  ASSERT_TRUE(preprocessor.has_value());
  const tensor::Picture picture = ramp();
  std::vector<std::byte> out(2 * preprocessor->picture_bytes());
  std::vector<Geometry> geometries(2);
  const float nan = std::nanf("");
  for (const tensor::Box bad : {tensor::Box{2, 0, 1, 1}, tensor::Box{0, 0, 0, 1},
                                tensor::Box{nan, 0, 1, 1}, tensor::Box{0, 0, 1e9F, 1}}) {
    const std::vector<tensor::Box> regions{{0, 0, 1, 1}, bad};
    const auto refused = preprocessor->run(picture.view(), regions, out, geometries);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message(), HasSubstr("region 1"));
  }
}

}  // namespace
}  // namespace arete::transform
