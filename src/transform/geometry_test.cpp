// SPDX-License-Identifier: Apache-2.0
#include "transform/geometry.hpp"

#include <gtest/gtest.h>

#include <random>

namespace arete::transform {
namespace {

spec::ImageInput image_with(spec::Fit fit) {
  spec::ImageInput image;
  image.fit = fit;
  return image;
}

TEST(Geometry, StretchScalesEachAxis) {
  const auto placing = place(image_with(spec::Fit::kStretch), {600, 400}, {300, 300});
  const Geometry geometry = geometry_of(placing, {600, 400}, {300, 300});
  const tensor::Box whole = geometry.to_source(tensor::Box{0, 0, 300, 300});
  EXPECT_FLOAT_EQ(whole.x2, 600);
  EXPECT_FLOAT_EQ(whole.y2, 400);
  EXPECT_FLOAT_EQ(geometry.to_source(tensor::Box{150, 75, 300, 300}).y1, 100);
}

TEST(Geometry, LetterboxKeepsTheAspectRatio) {
  auto image = image_with(spec::Fit::kLetterbox);
  const auto centered = place(image, {600, 400}, {300, 300});
  EXPECT_EQ(centered.input, (spec::Size{300, 200}));
  EXPECT_EQ(centered.input_y, 50);
  const Geometry geometry = geometry_of(centered, {600, 400}, {300, 300});
  // The padding above the picture is outside: clipped.
  const tensor::Box box = geometry.to_source(tensor::Box{0, 0, 150, 150});
  EXPECT_FLOAT_EQ(box.y1, 0);
  EXPECT_FLOAT_EQ(box.x2, 300);
  EXPECT_FLOAT_EQ(box.y2, 200);

  image.placement = spec::Placement::kTopLeft;
  EXPECT_EQ(place(image, {600, 400}, {300, 300}).input_y, 0);
  // A very flat picture still has one row.
  EXPECT_EQ(place(image, {5000, 1}, {300, 300}).input.height, 1);
}

TEST(Geometry, CenterCropTakesTheMiddle) {
  auto image = image_with(spec::Fit::kCenterCrop);
  image.crop_fraction = 0.875;
  const auto placing = place(image, {500, 400}, {224, 224});
  EXPECT_EQ(placing.source, (spec::Size{350, 350}));
  EXPECT_EQ(placing.source_x, 75);
  EXPECT_EQ(placing.source_y, 25);
  const Geometry geometry = geometry_of(placing, {500, 400}, {224, 224});
  EXPECT_NEAR(geometry.source_x(0), 75, 1e-9);
  EXPECT_NEAR(geometry.source_y(224), 375, 1e-9);
}

TEST(Geometry, MappingBackIsTheInverse) {
  std::mt19937 random(7);
  const auto number = [&](int highest) { return static_cast<int>(random() % highest) + 1; };
  for (int round = 0; round < 500; ++round) {
    spec::ImageInput image;
    image.fit = static_cast<spec::Fit>(round % 3);
    image.crop_fraction = 0.3 + 0.7 * (round % 11) / 10.0;
    const spec::Size source{number(2000), number(2000)};
    const spec::Size input{number(700), number(700)};
    const Placing placing = place(image, source, input);
    ASSERT_GE(placing.source_x, 0);
    ASSERT_LE(placing.source_x + placing.source.width, source.width);
    ASSERT_LE(placing.source_y + placing.source.height, source.height);
    ASSERT_LE(placing.input_x + placing.input.width, input.width);
    ASSERT_LE(placing.input_y + placing.input.height, input.height);
    const Geometry geometry = geometry_of(placing, source, input);
    for (const double x : {0.0, 3.25, 1e4}) {
      ASSERT_NEAR(geometry.source_x(geometry.input_x(x)), x, 1e-6);
      ASSERT_NEAR(geometry.source_y(geometry.input_y(x)), x, 1e-6);
    }
  }
}

}  // namespace
}  // namespace arete::transform
