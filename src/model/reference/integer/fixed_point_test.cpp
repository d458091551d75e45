// SPDX-License-Identifier: Apache-2.0
#include "model/reference/integer/fixed_point.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace arete::model::integer {
namespace {

TEST(FixedPoint, MultipliersKeepThirtyOneBits) {
  for (const double real : {0.5, 0.0003, 0.9999999, 1.0, 3.75, 1e-9}) {
    const Multiplier m = quantize_multiplier(real);
    EXPECT_NEAR(std::ldexp(m.value, m.shift - 31), real, real * 1e-9);
  }
  EXPECT_EQ(quantize_multiplier(0.0).value, 0);
  EXPECT_EQ(quantize_multiplier(1e-30).value, 0);
}

TEST(FixedPoint, OneAndTwoRoundingsDifferWhereTheyShould) {
  // 3/8 of a step short of 3.5: the first of two roundings lifts it to the half.
  const Multiplier m = quantize_multiplier(1.0 / 4096.0);
  EXPECT_EQ(rescaled_twice(4096 * 5, m), 5);
  EXPECT_EQ(rescaled_once(4096 * 5, m), 5);
  EXPECT_EQ(rescaled_twice(-2048, m), -1);  // half away from zero
  EXPECT_EQ(rescaled_once(-2048, m), 0);    // half up
}

TEST(FixedPoint, WideSumsUseASixteenBitMultiplier) {
  const Multiplier m = quantize_multiplier(0.25);
  EXPECT_EQ(rescaled_wide(std::int64_t{1} << 34, m), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(rescaled_wide(1000, m), 250);
}

TEST(FixedPoint, ExponentialAndReciprocalAreClose) {
  for (double x = -31.0; x <= 0.0; x += 0.37) {
    const auto raw = static_cast<std::int32_t>(std::round(x * (1 << 26)));
    EXPECT_NEAR(fixed::exp_of_negative(raw, 5) / 2147483648.0, std::exp(x), 1e-6) << x;
  }
  for (double x = 0.0; x < 1.0; x += 0.01) {
    const auto raw = static_cast<std::int32_t>(x * 2147483648.0);
    EXPECT_NEAR(fixed::one_over_one_plus(raw) / 2147483648.0, 1.0 / (1.0 + x), 1e-6) << x;
  }
}

}  // namespace
}  // namespace arete::model::integer
