// Tables of functions on 16-bit values, interpolated linearly as TFLite does it. Bit-exact.
// Threads: the shared sigmoid table is made once, safely.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "model/reference/integer/fixed_point_16.hpp"

namespace arete::model::integer {

/// 512 steps over the whole range of a 16-bit input; each entry is moved by half of the error that
/// interpolation makes in the middle of its step.
class Table16 {
 public:
  /// `function` maps real inputs to real outputs of the given quantizations.
  template <class Function>
  Table16(float in_scale, std::int32_t in_zero, float out_scale, Function function) {
    const float lowest = in_scale * static_cast<float>(fixed16::kLowest - in_zero);
    const float highest = in_scale * static_cast<float>(fixed16::kOne - in_zero);
    const float step = (highest - lowest) / static_cast<float>(kSteps);
    const float inverse = 65536.0F / (out_scale * 65535.0F);
    for (std::size_t i = 0; i < kSteps; ++i) {
      const float at = lowest + static_cast<float>(i) * step;
      const float here = function(at) * inverse;
      const float middle = function(at + step / 2) * inverse;
      const float next = function(lowest + static_cast<float>(i + 1) * step) * inverse;
      const float interpolated = std::round((next + std::round(here)) / 2);
      const float bias = std::round((interpolated - std::round(middle)) / 2);
      entries_[i] = rounded(std::round(here) - bias);
    }
    entries_[kSteps] = rounded(std::round(function(highest) * inverse));
  }

  [[nodiscard]] std::int32_t operator()(std::int32_t x) const {
    const std::int32_t segment = 256 + (x >> 7);
    const auto index = static_cast<std::size_t>(segment);
    const std::int32_t slope = entries_[index + 1] - entries_[index];
    const std::int32_t step = (slope * (x & 0x7f) + 64) >> 7;
    return entries_[index] + step;
  }

 private:
  static constexpr std::size_t kSteps = 512;

  static std::int32_t rounded(float x) {
    return static_cast<std::int32_t>(std::clamp(std::isnan(x) ? 0.0F : x, -32768.0F, 32767.0F));
  }

  std::array<std::int32_t, kSteps + 1> entries_{};
};

/// Sigmoid of i / 24, with 16 fraction bits; raised by half of what interpolation misses in the
/// middle of the step.
[[nodiscard]] inline std::uint32_t sigmoid_entry(std::uint32_t i) {
  static const std::array<std::uint32_t, 256> kEntries = [] {
    const auto real = [](double at) { return 65536.0 / (1.0 + std::exp(-at / 24.0)); };
    std::array<std::uint32_t, 256> entries{};
    for (std::size_t i_entry = 0; i_entry < entries.size(); ++i_entry) {
      const auto at = static_cast<double>(i_entry);
      const double missed = real(at + 0.5) - (real(at) + real(at + 1.0)) / 2.0;
      entries[i_entry] = static_cast<std::uint32_t>(std::lround(real(at) + missed / 2.0));
    }
    return entries;
  }();
  return kEntries[i];
}

/// How a 16-bit input of any scale becomes a position in that table.
struct TablePosition {
  std::int32_t factor = 3;
  int shift = 0;

  /// Scales that are a power of two need no more than a shift, at most `largest_shift`.
  static TablePosition of(float scale, int largest_shift) {
    int exponent = 0;
    const bool power_of_two = std::frexp(scale, &exponent) == 0.5F;
    const int left = 12 + exponent - 1;
    if (power_of_two && left >= 0 && left <= largest_shift) {
      return {3 << left, 0};
    }
    TablePosition position;
    double multiplier = static_cast<double>(scale) * 4096.0 * 3.0;
    while (multiplier <= 32767.0 / 2.0 && position.shift <= 30) {
      ++position.shift;
      multiplier *= 2.0;
    }
    position.factor = static_cast<std::int32_t>(multiplier);
    return position;
  }

  [[nodiscard]] std::int32_t operator()(std::int32_t x) const {
    const std::int64_t round = shift > 0 ? std::int64_t{1} << (shift - 1) : 0;
    return static_cast<std::int32_t>((std::int64_t{x} * factor + round) >> shift);
  }
};

/// Of a position of 9 fraction bits; 15 fraction bits.
[[nodiscard]] inline std::int32_t table_sigmoid(std::int32_t position) {
  const auto magnitude = static_cast<std::uint32_t>(std::abs(position));
  const std::uint32_t at = magnitude >> 9;
  std::uint32_t result = 0x7FFFU << 10;
  if (at < 255) {
    const std::uint32_t low = sigmoid_entry(at);
    result = (low << 9) + (magnitude & 0x1ff) * (sigmoid_entry(at + 1) - low);
  }
  result = position >= 0 ? result + (1U << 9) : (1U << 25) - result + (1U << 9) - 1;
  return static_cast<std::int32_t>(result >> 10);
}

/// Of a position of 8 fraction bits, twice as steep; 15 fraction bits.
[[nodiscard]] inline std::int32_t table_tanh(std::int32_t position) {
  const auto magnitude = static_cast<std::uint32_t>(std::abs(position));
  const std::uint32_t at = magnitude >> 8;
  std::int32_t result = 0xFFFF << 8;
  if (at < 255) {
    const std::uint32_t low = sigmoid_entry(at);
    result =
        static_cast<std::int32_t>((low << 8) + (magnitude & 0xff) * (sigmoid_entry(at + 1) - low));
  }
  const std::int32_t half = 1 << 23;
  result = position >= 0 ? result - half + (1 << 7) : -result + half + (1 << 7) - 1;
  return result >> 8;
}

}  // namespace arete::model::integer
