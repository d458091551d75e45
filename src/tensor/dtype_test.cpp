// SPDX-License-Identifier: Apache-2.0
#include "tensor/dtype.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>

#include "tensor/small_float.hpp"

namespace arete::tensor {
namespace {

constexpr int kLastDType = static_cast<int>(DType::kF4E2M1);

TEST(DTypeNames, AreUniqueAndReadBack) {
  std::set<std::string_view> names;
  for (int i = 1; i <= kLastDType; ++i) {
    const auto dtype = static_cast<DType>(i);
    EXPECT_TRUE(names.insert(name_of(dtype)).second) << name_of(dtype);
    EXPECT_EQ(dtype_from_name(name_of(dtype)), dtype);
  }
  EXPECT_FALSE(dtype_from_name("float").has_value());
}

TEST(DTypeSizes, PackedTypesRoundUpToBytes) {
  EXPECT_EQ(bytes_of(DType::kF32, 3), 12U);
  EXPECT_EQ(bytes_of(DType::kI4, 3), 2U);
  EXPECT_EQ(bytes_of(DType::kU2, 5), 2U);
  EXPECT_EQ(bytes_of(DType::kU2, 4), 1U);
  EXPECT_EQ(bytes_of(DType::kBool, 7), 7U);
  EXPECT_EQ(bytes_of(DType::kC128, 2), 32U);
  EXPECT_EQ(bytes_of(DType::kString, 9), 0U);
}

TEST(DTypeRanges, CoverTheirBits) {
  EXPECT_EQ(integer_range(DType::kI8).lowest, -128);
  EXPECT_EQ(integer_range(DType::kU8).highest, 255);
  EXPECT_EQ(integer_range(DType::kI4).lowest, -8);
  EXPECT_EQ(integer_range(DType::kU4).highest, 15);
  EXPECT_EQ(integer_range(DType::kI2).highest, 1);
  EXPECT_EQ(integer_range(DType::kU32).highest, 4294967295);
  EXPECT_EQ(integer_range(DType::kI64).lowest, std::numeric_limits<std::int64_t>::min());
}

/// binary16 by its definition, without bit tricks.
double half_by_definition(int bits) {
  const int sign = bits >> 15;
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  double value = 0;
  if (exponent == 31) {
    value = fraction == 0 ? HUGE_VAL : std::nan("");
  } else if (exponent == 0) {
    value = fraction * std::pow(2.0, -24);
  } else {
    value = (1 + fraction / 1024.0) * std::pow(2.0, exponent - 15);
  }
  return sign != 0 ? -value : value;
}

TEST(Float16Conversion, EveryValueIsWhatTheStandardSays) {
  for (int bits = 0; bits < 65536; ++bits) {
    const float value = to_float(Float16{static_cast<std::uint16_t>(bits)});
    const double expected = half_by_definition(bits);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(value)) << bits;
      ASSERT_TRUE(std::isnan(to_float(to_float16(value)))) << bits;
      continue;
    }
    ASSERT_EQ(static_cast<double>(value), expected) << bits;
    ASSERT_EQ(std::signbit(value), bits >= 32768) << bits;
    ASSERT_EQ(to_float16(value).bits, bits);
  }
}

// Between every two neighbors: the middle goes to the even one, its sides to the nearer.
TEST(Float16Conversion, RoundsToNearestEvenEverywhere) {
  for (int bits = 0; bits < 0x7BFF; ++bits) {
    const double low = half_by_definition(bits);
    const double high = half_by_definition(bits + 1);
    const auto middle = static_cast<float>((low + high) / 2);
    const int even = bits % 2 == 0 ? bits : bits + 1;
    ASSERT_EQ(to_float16(middle).bits, even) << bits;
    ASSERT_EQ(to_float16(-middle).bits, even | 0x8000) << bits;
    ASSERT_EQ(to_float16(std::nextafterf(middle, 0)).bits, bits) << bits;
    ASSERT_EQ(to_float16(std::nextafterf(middle, 1e30F)).bits, bits + 1) << bits;
  }
  EXPECT_EQ(to_float16(65519.99F).bits, 0x7BFF);
  EXPECT_EQ(to_float16(65520.0F).bits, 0x7C00);
  EXPECT_EQ(to_float16(1e30F).bits, 0x7C00);
  EXPECT_EQ(to_float16(-HUGE_VALF).bits, 0xFC00);
  EXPECT_EQ(to_float16(1e-30F).bits, 0);
}

TEST(BFloat16Conversion, EveryValueReturnsAndRoundsToEven) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = to_float(BFloat16{static_cast<std::uint16_t>(bits)});
    ASSERT_EQ(std::bit_cast<std::uint32_t>(value), bits << 16);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(to_float(to_bfloat16(value)))) << bits;
      continue;
    }
    ASSERT_EQ(to_bfloat16(value).bits, bits);
    if (std::isfinite(value)) {
      const auto middle = std::bit_cast<float>((bits << 16) | 0x8000U);
      ASSERT_EQ(to_bfloat16(middle).bits, bits + bits % 2) << bits;
      ASSERT_EQ(to_bfloat16(std::bit_cast<float>((bits << 16) | 0x7FFFU)).bits, bits);
      ASSERT_EQ(to_bfloat16(std::bit_cast<float>((bits << 16) | 0x8001U)).bits, bits + 1);
    }
  }
  EXPECT_TRUE(std::isnan(to_float(to_bfloat16(std::bit_cast<float>(0x7F800001U)))));
}

class SmallFloatTest : public testing::TestWithParam<DType> {};

INSTANTIATE_TEST_SUITE_P(All, SmallFloatTest,
                         testing::Values(DType::kF8E4M3Fn, DType::kF8E4M3Fnuz, DType::kF8E5M2,
                                         DType::kF8E5M2Fnuz, DType::kF8E8M0, DType::kF4E2M1),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST_P(SmallFloatTest, EveryValueReturns) {
  const int codes = GetParam() == DType::kF4E2M1 ? 16 : 256;
  for (int code = 0; code < codes; ++code) {
    const float value = small_float_to_float(GetParam(), static_cast<std::uint8_t>(code));
    const std::uint8_t back = small_float_from_float(GetParam(), value, false);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(small_float_to_float(GetParam(), back))) << code;
    } else {
      EXPECT_EQ(back, code) << value;
    }
  }
}

// The nearest of all values, found by looking at each of them.
class NearestSmallFloatTest : public testing::TestWithParam<DType> {};

// kF8E8M0 is not here: it rounds by exponent, not by distance.
INSTANTIATE_TEST_SUITE_P(All, NearestSmallFloatTest,
                         testing::Values(DType::kF8E4M3Fn, DType::kF8E4M3Fnuz, DType::kF8E5M2,
                                         DType::kF8E5M2Fnuz, DType::kF4E2M1),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST_P(NearestSmallFloatTest, TakesTheNearestValue) {
  const int codes = GetParam() == DType::kF4E2M1 ? 16 : 256;
  std::mt19937 random(3);
  std::uniform_real_distribution<float> exponent(-12, 6);
  for (int i = 0; i < 4000; ++i) {
    const float value = (i % 2 == 0 ? 1.0F : -1.0F) * std::exp2(exponent(random));
    const float got = small_float_to_float(GetParam(), small_float_from_float(GetParam(), value));
    float best = HUGE_VALF;
    for (int code = 0; code < codes; ++code) {
      const float candidate = small_float_to_float(GetParam(), static_cast<std::uint8_t>(code));
      if (std::isfinite(candidate)) {
        best = std::fmin(best, std::fabs(candidate - value));
      }
    }
    ASSERT_EQ(std::fabs(got - value), best) << value << " became " << got;
  }
}

TEST(SmallFloats, LargestValuesAreThoseOfTheStandard) {
  const auto highest = [](DType dtype) {
    return small_float_to_float(dtype, small_float_from_float(dtype, 1e30F, true));
  };
  EXPECT_EQ(highest(DType::kF8E4M3Fn), 448);
  EXPECT_EQ(highest(DType::kF8E4M3Fnuz), 240);
  EXPECT_EQ(highest(DType::kF8E5M2), 57344);
  EXPECT_EQ(highest(DType::kF8E5M2Fnuz), 57344);
  EXPECT_EQ(highest(DType::kF4E2M1), 6);
  EXPECT_TRUE(std::isinf(
      small_float_to_float(DType::kF8E5M2, small_float_from_float(DType::kF8E5M2, 1e30F, false))));
  EXPECT_TRUE(std::isnan(small_float_to_float(
      DType::kF8E4M3Fn, small_float_from_float(DType::kF8E4M3Fn, 1e30F, false))));
  EXPECT_EQ(small_float_to_float(DType::kF8E8M0, 127), 1.0F);
}

}  // namespace
}  // namespace arete::tensor
