// SPDX-License-Identifier: Apache-2.0
#include "tensor/quantization.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace arete::tensor {
namespace {

Quantization per_channel(int axis, std::size_t count) {
  Quantization q;
  q.axis = axis;
  q.scales.assign(count, 0.5F);
  return q;
}

// 0.51: with 16 bits the arithmetic in f32 itself adds up to 0.01 of a step.
TEST(Quantize, ErrorIsAtMostHalfAStep) {
  std::mt19937 random(1);
  for (const DType stored : {DType::kI8, DType::kU8, DType::kI16, DType::kI4, DType::kU4}) {
    const IntegerRange range = integer_range(stored);
    for (int i = 0; i < 2000; ++i) {
      const float scale = std::exp2(std::uniform_real_distribution<float>(-10, 4)(random));
      const auto zero_point = static_cast<std::int32_t>(
          std::uniform_int_distribution<std::int64_t>(range.lowest, range.highest)(random));
      const float lowest = dequantize(range.lowest, scale, zero_point);
      const float highest = dequantize(range.highest, scale, zero_point);
      const float real = std::uniform_real_distribution<float>(lowest, highest)(random);
      const std::int64_t steps = quantize(real, scale, zero_point, stored);
      ASSERT_GE(steps, range.lowest);
      ASSERT_LE(steps, range.highest);
      ASSERT_LE(std::fabs(dequantize(steps, scale, zero_point) - real), scale * 0.51F);
    }
  }
}

TEST(Quantize, EveryStoredValueReturns) {
  for (std::int64_t stored = -128; stored <= 127; ++stored) {
    EXPECT_EQ(quantize(dequantize(stored, 0.0123F, 7), 0.0123F, 7, DType::kI8), stored);
  }
}

TEST(Quantize, HalvesGoToEven) {
  EXPECT_EQ(quantize(0.5F, 1, 0, DType::kI8), 0);
  EXPECT_EQ(quantize(1.5F, 1, 0, DType::kI8), 2);
  EXPECT_EQ(quantize(2.5F, 1, 0, DType::kI8), 2);
  EXPECT_EQ(quantize(-0.5F, 1, 0, DType::kI8), 0);
  // The rounding comes before the zero point.
  EXPECT_EQ(quantize(0.5F, 1, 1, DType::kI8), 1);
}

TEST(Quantize, SaturatesAndNanIsTheZeroPoint) {
  EXPECT_EQ(quantize(1e30F, 1, 0, DType::kU8), 255);
  EXPECT_EQ(quantize(-1e30F, 1, 3, DType::kU8), 0);
  EXPECT_EQ(quantize(HUGE_VALF, 1, 0, DType::kI4), 7);
  EXPECT_EQ(quantize(std::numeric_limits<float>::quiet_NaN(), 1, 9, DType::kI8), 9);
  EXPECT_EQ(quantize(3e9F, 1, 0, DType::kI32), 2147483647);
}

TEST(ValidateQuantization, AcceptsWhatFits) {
  Quantization tensor;
  tensor.scales = {0.5F};
  tensor.zero_points = {-128};
  EXPECT_TRUE(validate(tensor, Shape{2, 3}).has_value());
  EXPECT_TRUE(validate(per_channel(1, 3), Shape{2, 3}).has_value());
  Quantization blocked = per_channel(1, 4);
  blocked.block_size = 2;
  EXPECT_TRUE(validate(blocked, Shape{2, 3}).has_value());
}

TEST(ValidateQuantization, RefusesWhatLies) {
  EXPECT_FALSE(validate(per_channel(2, 3), Shape{2, 3}).has_value());
  EXPECT_FALSE(validate(per_channel(-1, 3), Shape{2, 3}).has_value());
  EXPECT_FALSE(validate(per_channel(1, 2), Shape{2, 3}).has_value());
  Quantization q;
  q.scales = {0.0F};
  EXPECT_FALSE(validate(q, Shape{2}).has_value());
  q.scales = {std::numeric_limits<float>::infinity()};
  EXPECT_FALSE(validate(q, Shape{2}).has_value());
  q.scales = {1.0F};
  q.zero_points = {128};
  EXPECT_FALSE(validate(q, Shape{2}).has_value());
  q.zero_points = {1, 2};
  EXPECT_FALSE(validate(q, Shape{2}).has_value());
  q.zero_points = {};
  q.block_size = 4;
  EXPECT_FALSE(validate(q, Shape{2}).has_value());
}

TEST(ValidateQuantization, AHugeBlockIsOneBlock) {
  Quantization q = per_channel(0, 1);
  q.block_size = std::numeric_limits<std::int64_t>::max();
  EXPECT_TRUE(validate(q, Shape{7}).has_value());
  EXPECT_EQ(scale_index(q, Shape{7}, 6), 0U);
}

TEST(ScaleIndex, FollowsTheAxisAndTheBlocks) {
  const Shape shape{2, 3, 2};
  const Quantization channel = per_channel(1, 3);
  Quantization blocked = per_channel(1, 8);
  blocked.block_size = 2;
  for (std::int64_t flat = 0; flat < 12; ++flat) {
    const std::int64_t outer = flat / 6;
    const std::int64_t middle = flat / 2 % 3;
    const std::int64_t inner = flat % 2;
    EXPECT_EQ(scale_index(channel, shape, flat), static_cast<std::size_t>(middle));
    EXPECT_EQ(scale_index(blocked, shape, flat),
              static_cast<std::size_t>((outer * 2 + middle / 2) * 2 + inner));
  }
}

}  // namespace
}  // namespace arete::tensor
