// Fixed-point arithmetic as TFLite's reference kernels have it: real multipliers as a 31-bit number
// and a shift, rescaling with one or two roundings, and the exponential and reciprocal that softmax
// needs. Bit-exact: the roundings are the contract. Pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace arete::model::integer {

/// real = multiplier * 2^(shift - 31), multiplier in [2^30, 2^31).
struct Multiplier {
  std::int32_t value = 0;
  int shift = 0;
};

[[nodiscard]] inline Multiplier quantize_multiplier(double real) {
  Multiplier result;
  if (real == 0.0 || !std::isfinite(real)) {
    return result;
  }
  const double fraction = std::frexp(real, &result.shift);
  auto fixed = static_cast<std::int64_t>(std::round(fraction * (std::int64_t{1} << 31)));
  if (fixed == (std::int64_t{1} << 31)) {
    fixed /= 2;
    ++result.shift;
  }
  if (result.shift < -31) {
    return {};
  }
  if (result.shift > 30) {  // as TFLite: the largest number that can be said
    result.shift = 30;
    fixed = (std::int64_t{1} << 31) - 1;
  }
  result.value = static_cast<std::int32_t>(fixed);
  return result;
}

[[nodiscard]] inline std::int32_t saturated(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      value, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

/// (a * b * 2) >> 32 with rounding, half away from zero.
[[nodiscard]] inline std::int32_t doubling_high_product(std::int32_t a, std::int32_t b) {
  constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
  if (a == b && a == kLowest) {
    return std::numeric_limits<std::int32_t>::max();
  }
  const std::int64_t product = std::int64_t{a} * b;
  const std::int64_t nudge = product >= 0 ? (std::int64_t{1} << 30) : 1 - (std::int64_t{1} << 30);
  return static_cast<std::int32_t>((product + nudge) / (std::int64_t{1} << 31));
}

/// x / 2^exponent, half away from zero.
[[nodiscard]] inline std::int32_t rounding_shift(std::int32_t x, int exponent) {
  if (exponent == 0) {
    return x;
  }
  const auto mask = static_cast<std::int32_t>((std::int64_t{1} << exponent) - 1);
  const std::int32_t rest = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (rest > threshold ? 1 : 0);
}

/// Two roundings: gemmlowp's, and that of most of TFLite's kernels.
[[nodiscard]] inline std::int32_t rescaled_twice(std::int64_t x, Multiplier m) {
  const int left = std::max(m.shift, 0);
  const int right = std::max(-m.shift, 0);
  const std::int32_t shifted =
      static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << static_cast<unsigned>(left));
  return rounding_shift(doubling_high_product(shifted, m.value), right);
}

/// One rounding, half up: TFLite's fully connected kernel.
[[nodiscard]] inline std::int32_t rescaled_once(std::int64_t x, Multiplier m) {
  const int total = 31 - m.shift;
  const std::int64_t round = std::int64_t{1} << (total - 1);
  return saturated((std::int64_t{saturated(x)} * m.value + round) >> total);
}

/// For 64-bit sums (int16 activations): a 16-bit multiplier, one rounding.
[[nodiscard]] inline std::int32_t rescaled_wide(std::int64_t x, Multiplier m) {
  const std::int64_t reduced = m.value < 0x7FFF0000 ? (m.value + (1 << 15)) >> 16 : 0x7FFF;
  const int total = 15 - m.shift;
  return saturated((x * reduced + (std::int64_t{1} << (total - 1))) >> total);
}

// Numbers with no integer bits (value = raw / 2^31) unless a comment says otherwise.
namespace fixed {

inline constexpr std::int32_t kOne = std::numeric_limits<std::int32_t>::max();

[[nodiscard]] inline std::int32_t times(std::int32_t a, std::int32_t b) {
  return doubling_high_product(a, b);
}
[[nodiscard]] inline std::int32_t shifted_left(std::int32_t x, int bits) {
  return saturated(std::int64_t{x} << bits);
}

/// exp(a) for a in [-1/4, 0): a Taylor polynomial around -1/8.
[[nodiscard]] inline std::int32_t exp_small(std::int32_t a) {
  constexpr std::int32_t kExpOfMinusEighth = 1895147668;
  constexpr std::int32_t kThird = 715827883;
  const std::int32_t x = a + (1 << 28);
  const std::int32_t x2 = times(x, x);
  const std::int32_t x3 = times(x2, x);
  const std::int32_t x4 = times(x2, x2);
  const std::int32_t inner = times(rounding_shift(x4, 2) + x3, kThird) + x2;
  return kExpOfMinusEighth + times(kExpOfMinusEighth, x + rounding_shift(inner, 1));
}

/// exp(a) for a <= 0 with `integer_bits` (at most 5) integer bits.
[[nodiscard]] inline std::int32_t exp_of_negative(std::int32_t a, int integer_bits) {
  constexpr std::int32_t kFactors[] = {1672461947, 1302514674, 790015084, 290630308,
                                       39332535,   720401,     242};
  if (a == 0) {
    return kOne;
  }
  const int fraction_bits = 31 - integer_bits;
  const std::int32_t quarter = 1 << (fraction_bits - 2);
  const std::int32_t part = (a & (quarter - 1)) - quarter;
  std::int32_t result = exp_small(shifted_left(part, integer_bits));
  const std::int32_t rest = part - a;
  for (int i = 0; i < 7; ++i) {
    const int exponent = i - 2;
    if (integer_bits > exponent && (rest & (std::int32_t{1} << (fraction_bits + exponent))) != 0) {
      result = times(result, kFactors[i]);
    }
  }
  return result;
}

/// 1 / (1 + a) for a in [0, 1): three steps of Newton and Raphson on numbers with 2 integer bits.
[[nodiscard]] inline std::int32_t one_over_one_plus(std::int32_t a) {
  constexpr std::int32_t k48Over17 = 1515870810;
  constexpr std::int32_t kMinus32Over17 = -1010580540;
  constexpr std::int32_t kOneOfTwoBits = 1 << 29;
  const auto half =
      static_cast<std::int32_t>((std::int64_t{a} + kOne + 1) / 2);  // never negative here
  std::int32_t x = k48Over17 + times(half, kMinus32Over17);
  for (int i = 0; i < 3; ++i) {
    const std::int32_t miss = kOneOfTwoBits - times(half, x);
    x += shifted_left(times(x, miss), 2);
  }
  return shifted_left(x, 1);
}

}  // namespace fixed
}  // namespace arete::model::integer
