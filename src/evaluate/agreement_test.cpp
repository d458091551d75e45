// SPDX-License-Identifier: Apache-2.0
#include "evaluate/agreement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace arete::evaluate {
namespace {

using tensor::Tensor;

Agreement agreement_of(const Tensor& a, const Tensor& b) {
  const auto result = compare(std::vector{a}, std::vector{b});
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message());
  return result.value_or(Agreement{-1, -1});
}

TEST(Agreement, FloatsByTheLargestDifferenceAgainstTheLargestValue) {
  const auto result =
      agreement_of(Tensor::of<float>({3}, {1, -4, 2}), Tensor::of<float>({3}, {1, -4, 2.5F}));
  EXPECT_DOUBLE_EQ(result.difference, 0.125);
  EXPECT_DOUBLE_EQ(result.agreement, 0.875);
}

TEST(Agreement, IntegersByTheShareOfEqualOnes) {
  const auto result = agreement_of(Tensor::of<std::int8_t>({4}, {1, 2, 3, 100}),
                                   Tensor::of<std::int8_t>({4}, {1, 3, 3, 90}));
  EXPECT_DOUBLE_EQ(result.agreement, 0.5);
  EXPECT_DOUBLE_EQ(result.difference, 0.1);
}

TEST(Agreement, TheWorstOutputCounts) {
  const Tensor same = Tensor::of<float>({1}, {1});
  const auto result = compare(std::vector{same, Tensor::of<float>({1}, {2})},
                              std::vector{same, Tensor::of<float>({1}, {1})});
  EXPECT_DOUBLE_EQ(result.value().agreement, 0.5);
}

TEST(Agreement, NotANumberAgreesOnlyWithItself) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor numbers = Tensor::of<float>({2}, {1, 2});
  const Tensor broken = Tensor::of<float>({2}, {1, nan});
  EXPECT_EQ(agreement_of(broken, broken).agreement, 1);
  EXPECT_EQ(agreement_of(numbers, broken).agreement, 0);
  EXPECT_TRUE(std::isinf(agreement_of(broken, numbers).difference));
  EXPECT_EQ(agreement_of(Tensor::of<float>({2}, {0, 0}), Tensor::of<float>({2}, {0, 1})).agreement,
            0);
}

TEST(Agreement, OtherShapesKindsAndCountsAreErrors) {
  const std::vector floats{Tensor::of<float>({2}, {1, 2})};
  EXPECT_FALSE(compare(floats, std::vector{Tensor::of<float>({1, 2}, {1, 2})}));
  EXPECT_FALSE(compare(floats, std::vector{Tensor::of<std::int8_t>({2}, {1, 2})}));
  EXPECT_FALSE(compare(floats, std::vector<Tensor>{}));
}

}  // namespace
}  // namespace arete::evaluate
