// SPDX-License-Identifier: Apache-2.0
#include "tensor/small_float.hpp"

#include <cmath>
#include <limits>

#include "base/result.hpp"

namespace arete::tensor {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Format {
  int exponent_bits;
  int mantissa_bits;
  int bias;
  bool has_infinity;       ///< all-ones exponent: infinity and NaN as in IEEE
  bool nan_is_minus_zero;  ///< the "uz" formats: 0x80 is the only NaN, there is no -0
  bool nan_is_all_ones;    ///< E4M3FN: only exponent and mantissa all ones
};

Format format_of(DType dtype) {
  switch (dtype) {
    case DType::kF8E4M3Fn:
      return {4, 3, 7, false, false, true};
    case DType::kF8E4M3Fnuz:
      return {4, 3, 8, false, true, false};
    case DType::kF8E5M2:
      return {5, 2, 15, true, false, false};
    case DType::kF8E5M2Fnuz:
      return {5, 2, 16, false, true, false};
    case DType::kF4E2M1:
      return {2, 1, 1, false, false, false};
    default:
      ARETE_CHECK(false);
      return {};
  }
}

std::uint8_t e8m0_from_float(float value) {
  if (std::isnan(value) || value < 0) {
    return 0xFF;
  }
  if (value == 0) {
    return 0;
  }
  const double exponent = std::nearbyint(std::log2(static_cast<double>(value)));
  return static_cast<std::uint8_t>(std::fmin(254, std::fmax(0, exponent + 127)));
}

}  // namespace

float small_float_to_float(DType dtype, std::uint8_t bits) {
  if (dtype == DType::kF8E8M0) {
    return bits == 0xFF ? kNan : std::ldexp(1.0F, bits - 127);
  }
  const Format f = format_of(dtype);
  const int width = 1 + f.exponent_bits + f.mantissa_bits;
  const int sign = bits >> (width - 1);
  const int top = (1 << f.exponent_bits) - 1;
  const int exponent = (bits >> f.mantissa_bits) & top;
  const int mantissa = bits & ((1 << f.mantissa_bits) - 1);
  if (f.nan_is_minus_zero && sign == 1 && exponent == 0 && mantissa == 0) {
    return kNan;
  }
  if (f.has_infinity && exponent == top) {
    const float special = mantissa == 0 ? kInfinity : kNan;
    return sign != 0 ? -special : special;
  }
  if (f.nan_is_all_ones && exponent == top && mantissa == (1 << f.mantissa_bits) - 1) {
    return kNan;
  }
  const int significand = exponent == 0 ? mantissa : mantissa | (1 << f.mantissa_bits);
  const float magnitude = std::ldexp(static_cast<float>(significand),
                                     (exponent == 0 ? 1 : exponent) - f.bias - f.mantissa_bits);
  return sign != 0 ? -magnitude : magnitude;
}

// The special values of five formats. NOLINTNEXTLINE(readability-function-cognitive-complexity)
std::uint8_t small_float_from_float(DType dtype, float value, bool saturate) {
  if (dtype == DType::kF8E8M0) {
    return e8m0_from_float(value);
  }
  const Format f = format_of(dtype);
  const int width = 1 + f.exponent_bits + f.mantissa_bits;
  const int sign_bit = 1 << (width - 1);
  const int sign = std::signbit(value) ? sign_bit : 0;
  // Magnitudes ascend with their codes, so the largest finite code ends the range.
  int largest = sign_bit - 1;
  if (f.has_infinity) {
    largest = (((1 << f.exponent_bits) - 1) << f.mantissa_bits) - 1;
  } else if (f.nan_is_all_ones) {
    largest = sign_bit - 2;
  }
  const int nan = f.nan_is_minus_zero ? sign_bit : sign_bit - 1;
  if (std::isnan(value)) {
    return static_cast<std::uint8_t>(
        dtype == DType::kF4E2M1 ? 0 : (f.nan_is_minus_zero ? nan : nan | sign));
  }
  const float magnitude = std::fabs(value);
  const float highest = small_float_to_float(dtype, static_cast<std::uint8_t>(largest));
  const float step = highest - small_float_to_float(dtype, static_cast<std::uint8_t>(largest - 1));
  if (magnitude > highest) {
    const bool overflows = magnitude >= highest + step / 2;
    if (saturate || !overflows || dtype == DType::kF4E2M1) {
      return static_cast<std::uint8_t>(largest | sign);
    }
    return static_cast<std::uint8_t>(f.has_infinity ? (largest + 1) | sign
                                                    : (f.nan_is_minus_zero ? nan : nan | sign));
  }
  int low = 0;
  while (low < largest &&
         small_float_to_float(dtype, static_cast<std::uint8_t>(low + 1)) <= magnitude) {
    ++low;
  }
  if (low < largest) {
    const float below = magnitude - small_float_to_float(dtype, static_cast<std::uint8_t>(low));
    const float above = small_float_to_float(dtype, static_cast<std::uint8_t>(low + 1)) - magnitude;
    if (above < below || (above == below && low % 2 == 1)) {
      ++low;
    }
  }
  const bool no_minus_zero = f.nan_is_minus_zero && low == 0;
  return static_cast<std::uint8_t>(no_minus_zero ? 0 : low | sign);
}

}  // namespace arete::tensor
