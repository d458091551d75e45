// The inner loops of pre-processing, over one row each: the plain ones define the result, the
// vectorized ones give the same bits. Rows between the steps lie in memory with kRowSlack bytes
// behind them, which kernels may read and overwrite; source rows and tensors are exact.
// Internal to transform. Threads: stateless.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "transform/across_plan.hpp"
#include "transform/yuv.hpp"

namespace arete::transform {

/// real value of a pixel = (pixel - mean) * factor in float, in that order; a period of one or
/// three channels, repeated so that any vector finds its own.
struct FloatScale {
  static constexpr std::size_t kLength = 48;
  std::array<float, kLength> mean{};
  std::array<float, kLength> factor{};
};

struct RowKernels {
  std::string_view name;
  BlockShape shape;
  /// Two source rows: first + round_half_up((second - first) * weight / 2^15), weight 0..32767.
  void (*blend)(const std::uint8_t* first, const std::uint8_t* second, int weight,
                std::uint8_t* out, std::size_t size);
  /// `count` source rows: round_half_up(sum of rows * weights / 2^14).
  void (*mix)(const std::uint8_t* const* rows, const std::int16_t* weights, int count,
              std::uint8_t* out, std::size_t size);
  /// `row` begins at the plan's begin. Two taps only.
  void (*across)(const std::uint8_t* row, const AcrossPlan& plan, std::uint8_t* const* outs);
  /// yuv.hpp's formula; rgb: three rows.
  void (*to_rgb)(const YuvFactors& factors, const std::uint8_t* const* yuv,
                 std::uint8_t* const* rgb, std::size_t size);
  /// The luma alone by yuv.hpp's formula.
  void (*to_gray)(const YuvFactors& factors, const std::uint8_t* luma, std::uint8_t* out,
                  std::size_t size);
  /// The other way, from a row with slack into rows with slack.
  void (*separate)(const std::uint8_t* in, std::uint8_t* const* rows, std::size_t size);
  /// Three rows of `size` samples into exactly 3 * size bytes.
  void (*interleave)(const std::uint8_t* const* rows, std::uint8_t* out, std::size_t size);
  /// Exactly `size` floats.
  void (*to_f32)(const std::uint8_t* in, const FloatScale& scale, float* out, std::size_t size);
  /// Exactly `size` halves, bits rounded to nearest even from the float value.
  void (*to_f16)(const std::uint8_t* in, const FloatScale& scale, std::uint16_t* out,
                 std::size_t size);
  /// Exactly `size` bytes: table[in].
  void (*lookup)(const std::uint8_t* in, const std::uint8_t* table, std::uint8_t* out,
                 std::size_t size);
  /// Exactly `size` bytes: in + added, wrapped around.
  void (*shift)(const std::uint8_t* in, std::uint8_t added, std::uint8_t* out, std::size_t size);
};

[[nodiscard]] const RowKernels& plain_row_kernels();
/// The best for this machine: vectorized if built with Highway, else the plain ones.
[[nodiscard]] const RowKernels& best_row_kernels();

/// For tests: the plain kernels, then those of each instruction set that this machine has.
[[nodiscard]] std::vector<RowKernels> all_row_kernels();

/// tensor::luma of three rows; not worth a vector.
void gray_of_rgb(const std::uint8_t* const* rgb, std::uint8_t* out, std::size_t size);
/// The wide form of AcrossPlan.
void across_wide(const std::uint8_t* row, const AcrossPlan& plan, std::uint8_t* const* outs);

}  // namespace arete::transform
