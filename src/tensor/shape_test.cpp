// SPDX-License-Identifier: Apache-2.0
#include "tensor/shape.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace arete::tensor {
namespace {

using Dims = std::vector<std::int64_t>;

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ((Shape{2, 3, 4}).elements(), 24);
  EXPECT_EQ((Shape{2, 3, 4}).elements(1, 3), 12);
  EXPECT_EQ((Shape{2, 0, 4}).elements(), 0);
  EXPECT_EQ((Shape{1, 3}).text(), "[1, 3]");
}

TEST(CheckedElements, RefusesLyingExtents) {
  EXPECT_EQ(checked_elements(Dims{}).value(), 1);
  EXPECT_EQ(checked_elements(Dims{5, 0, 7}).value(), 0);
  EXPECT_EQ(checked_elements(Dims{1 << 28, 1 << 28}).value(), std::int64_t{1} << 56);
  EXPECT_EQ(checked_elements(Dims{-1, 3}).error().code(), ErrorCode::kCorrupt);
  EXPECT_FALSE(checked_elements(Dims{1 << 28, 1 << 28, 2}).has_value());
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(checked_elements(Dims{kHuge, kHuge}).has_value());
  // Zero extents do not hide an impossible product.
  EXPECT_FALSE(checked_elements(Dims{0, kHuge, kHuge}).has_value());
}

TEST(RowMajorStrides, StepOverTheInnerAxes) {
  EXPECT_EQ(row_major_strides(Shape{2, 3, 4}), (Dims{12, 4, 1}));
  EXPECT_TRUE(row_major_strides(Shape{}).empty());
}

TEST(NormalizeAxis, CountsFromTheEnd) {
  EXPECT_EQ(normalize_axis(-1, 3).value(), 2U);
  EXPECT_EQ(normalize_axis(0, 3).value(), 0U);
  EXPECT_FALSE(normalize_axis(3, 3).has_value());
  EXPECT_FALSE(normalize_axis(-4, 3).has_value());
  EXPECT_FALSE(normalize_axis(0, 0).has_value());
}

TEST(Broadcast, FollowsNumPy) {
  EXPECT_EQ(broadcast(Shape{2, 1, 4}, Shape{3, 1}).value(), (Shape{2, 3, 4}));
  EXPECT_EQ(broadcast(Shape{}, Shape{5}).value(), Shape{5});
  EXPECT_EQ(broadcast(Shape{0}, Shape{1}).value(), Shape{0});
  EXPECT_EQ(broadcast(Shape{1}, Shape{0}).value(), Shape{0});
  EXPECT_FALSE(broadcast(Shape{2}, Shape{3}).has_value());
  EXPECT_FALSE(broadcast(Shape{0}, Shape{3}).has_value());
}

TEST(Broadcast, IsCommutative) {
  for (std::int64_t a = 0; a < 3; ++a) {
    for (std::int64_t b = 0; b < 3; ++b) {
      const auto left = broadcast(Shape{a, 1, b}, Shape{b, 1});
      const auto right = broadcast(Shape{b, 1}, Shape{a, 1, b});
      ASSERT_EQ(left.has_value(), right.has_value());
      if (left.has_value()) {
        EXPECT_EQ(left.value(), right.value());
      }
    }
  }
}

}  // namespace
}  // namespace arete::tensor
