// Sigmoid and tanh on 16-bit fixed-point numbers as gemmlowp defines them: what the gates of an
// integer LSTM compute. Bit-exact: the roundings are the contract. Pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "model/reference/integer/fixed_point.hpp"

// Raw numbers are kept in 32 bits and stay within 16. No integer bits (value = raw / 2^15) unless
// a comment says otherwise.
namespace arete::model::integer::fixed16 {

inline constexpr std::int32_t kLowest = -32768;
inline constexpr std::int32_t kOne = 32767;

[[nodiscard]] inline std::int32_t saturated(std::int64_t x) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(x, kLowest, kOne));
}
[[nodiscard]] inline std::int32_t shifted_left(std::int32_t x, int bits) {
  return saturated(std::int64_t{x} << bits);
}
/// (a * b * 2) >> 16 with rounding, half away from zero.
[[nodiscard]] inline std::int32_t times(std::int32_t a, std::int32_t b) {
  if (a == kLowest && b == kLowest) {
    return kOne;
  }
  const std::int32_t product = a * b;
  const std::int32_t nudge = product >= 0 ? (1 << 14) : 1 - (1 << 14);
  return (product + nudge) / (1 << 15);
}
/// A 32-bit constant's upper half, rounded.
[[nodiscard]] constexpr std::int32_t upper_half(std::int32_t x) {
  return static_cast<std::int32_t>((std::int64_t{x} + (1 << 15)) >> 16);
}

/// exp(a) for a in [-1/4, 0): a Taylor polynomial around -1/8.
[[nodiscard]] inline std::int32_t exp_small(std::int32_t a) {
  constexpr std::int32_t kExpOfMinusEighth = upper_half(1895147668);
  constexpr std::int32_t kThird = upper_half(715827883);
  const std::int32_t x = a + (1 << 12);
  const std::int32_t x2 = times(x, x);
  const std::int32_t x3 = times(x2, x);
  const std::int32_t x4 = times(x2, x2);
  const std::int32_t inner = times(rounding_shift(x4, 2) + x3, kThird) + x2;
  return saturated(std::int64_t{kExpOfMinusEighth} +
                   times(kExpOfMinusEighth, x + rounding_shift(inner, 1)));
}

/// exp(a) for a <= 0 with `integer_bits` integer bits.
[[nodiscard]] inline std::int32_t exp_of_negative(std::int32_t a, int integer_bits) {
  constexpr std::int32_t kFactors[] = {
      upper_half(1672461947), upper_half(1302514674), upper_half(790015084), upper_half(290630308),
      upper_half(39332535),   upper_half(720401),     upper_half(242)};
  if (a == 0) {
    return kOne;
  }
  const int fraction_bits = 15 - integer_bits;
  const std::int32_t quarter = 1 << (fraction_bits - 2);
  const std::int32_t part = (a & (quarter - 1)) - quarter;
  std::int32_t result = exp_small(shifted_left(part, integer_bits));
  const std::int32_t rest = part - a;
  for (int i = 0; i < 7; ++i) {
    const int exponent = i - 2;
    if (integer_bits > exponent && (rest & (1 << (fraction_bits + exponent))) != 0) {
      result = times(result, kFactors[i]);
    }
  }
  constexpr int kFarBits = 5;  // beyond 32 the factors end
  if (integer_bits > kFarBits && a < -(1 << (20 - integer_bits))) {
    return 0;
  }
  return result;
}

/// 1 / ((1 + a) / 2) for a in [0, 1], with 2 integer bits: three steps of Newton and Raphson.
[[nodiscard]] inline std::int32_t two_over_one_plus(std::int32_t a) {
  constexpr std::int32_t k48Over17 = upper_half(1515870810);
  constexpr std::int32_t kMinus32Over17 = upper_half(-1010580540);
  constexpr std::int32_t kOneOfTwoBits = 1 << 13;
  const std::int32_t half = (a + kOne + 1) / 2;  // a is never negative here
  std::int32_t x = k48Over17 + times(half, kMinus32Over17);
  for (int i = 0; i < 3; ++i) {
    const std::int32_t miss = kOneOfTwoBits - times(half, x);
    x += shifted_left(times(x, miss), 2);
  }
  return x;
}

/// Sigmoid of a number with 3 integer bits.
[[nodiscard]] inline std::int32_t sigmoid(std::int32_t a) {
  if (a == 0) {
    return 1 << 14;
  }
  const std::int32_t magnitude = std::min(a < 0 ? -a : a, kOne);
  const std::int32_t result = shifted_left(two_over_one_plus(exp_of_negative(-magnitude, 3)), 1);
  return a > 0 ? result : kOne - result;
}

/// Tanh of a number with `integer_bits` integer bits.
[[nodiscard]] inline std::int32_t tanh(std::int32_t a, int integer_bits) {
  if (a == 0) {
    return 0;
  }
  const std::int32_t negative = a < 0 ? a : -a;
  const std::int32_t x = two_over_one_plus(exp_of_negative(negative, integer_bits + 1));
  const std::int32_t result = shifted_left(x - (1 << 13), 2);
  return a < 0 ? -result : result;
}

}  // namespace arete::model::integer::fixed16
