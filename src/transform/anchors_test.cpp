// SPDX-License-Identifier: Apache-2.0
#include "transform/anchors.hpp"

#include <gtest/gtest.h>

namespace arete::transform {
namespace {

TEST(Anchors, CountsOfThePublishedModels) {
  spec::AnchorGrid face;
  face.strides = {8, 16, 16, 16};
  EXPECT_EQ(make_anchors(face, {128, 128}).value().size(), 896U);

  spec::AnchorGrid full_range;
  full_range.strides = {4};
  full_range.interpolated_scale_aspect_ratio = 0;
  EXPECT_EQ(make_anchors(full_range, {192, 192}).value().size(), 2304U);

  spec::AnchorGrid pose;
  pose.strides = {8, 16, 32, 32, 32};
  EXPECT_EQ(make_anchors(pose, {224, 224}).value().size(), 2254U);
}

TEST(Anchors, CentersAreOfCellsInRowOrder) {
  spec::AnchorGrid grid;
  grid.strides = {8, 16, 16, 16};
  const auto anchors = make_anchors(grid, {128, 128}).value();
  // 16 x 16 cells with 2 anchors each, then 8 x 8 with 6.
  EXPECT_DOUBLE_EQ(anchors[0].center_x, 0.5 / 16);
  EXPECT_DOUBLE_EQ(anchors[1].center_x, 0.5 / 16);
  EXPECT_DOUBLE_EQ(anchors[2].center_x, 1.5 / 16);
  EXPECT_DOUBLE_EQ(anchors[2].center_y, 0.5 / 16);
  EXPECT_DOUBLE_EQ(anchors[512].center_y, 0.5 / 8);
  EXPECT_DOUBLE_EQ(anchors[512 + 6 * 8].center_y, 1.5 / 8);
  EXPECT_DOUBLE_EQ(anchors[895].center_x, 7.5 / 8);
  EXPECT_DOUBLE_EQ(anchors[0].width, 1);
}

TEST(Anchors, SizesFollowScaleAndAspectRatio) {
  spec::AnchorGrid grid;
  grid.strides = {16, 32};
  grid.aspect_ratios = {1.0, 4.0};
  grid.min_scale = 0.2;
  grid.max_scale = 0.8;
  grid.interpolated_scale_aspect_ratio = 1;
  grid.fixed_size = false;
  const auto anchors = make_anchors(grid, {32, 32}).value();
  ASSERT_EQ(anchors.size(), 4U * 3 + 1U * 3);
  EXPECT_NEAR(anchors[0].width, 0.2, 1e-12);
  EXPECT_NEAR(anchors[1].width, 0.4, 1e-12);  // 0.2 * sqrt(4)
  EXPECT_NEAR(anchors[1].height, 0.1, 1e-12);
  EXPECT_NEAR(anchors[2].width, 0.4, 1e-12);  // sqrt(0.2 * 0.8)
  EXPECT_NEAR(anchors[12].width, 0.8, 1e-12);
}

TEST(Anchors, PriorsOfAPlainHead) {
  spec::PriorBoxes priors;
  priors.strides = {8, 16, 32, 64};
  priors.sizes = {{10, 16, 24}, {32, 48}, {64, 96}, {128, 192, 256}};
  const auto boxes = make_priors(priors, {320, 240}).value();
  EXPECT_EQ(boxes.size(), 4420U);  // 40*30*3 + 20*15*2 + 10*8*2 + 5*4*3
  EXPECT_DOUBLE_EQ(boxes[1].width, 16.0 / 320);
  EXPECT_DOUBLE_EQ(boxes[1].height, 16.0 / 240);
  EXPECT_DOUBLE_EQ(boxes[3].center_x, 12.0 / 320);
}

TEST(Anchors, AbsurdGridsAreRefused) {
  spec::AnchorGrid grid;
  grid.strides = {0};
  EXPECT_FALSE(make_anchors(grid, {128, 128}).has_value());
  grid.strides = {1};
  EXPECT_FALSE(make_anchors(grid, {1 << 20, 1 << 20}).has_value());
  spec::PriorBoxes priors;
  priors.strides = {8};
  EXPECT_FALSE(make_priors(priors, {64, 64}).has_value());
}

}  // namespace
}  // namespace arete::transform
