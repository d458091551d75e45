// How stored integers stand for real numbers: real = scale * (stored - zero_point), per tensor, per
// channel or per block. Pure data and its arithmetic; the rounding of operators is the model's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "tensor/dtype.hpp"
#include "tensor/shape.hpp"

namespace arete::tensor {

struct Quantization {
  DType stored = DType::kI8;              ///< what lies in memory: i8, u8, i16, i32, i4, u4 ...
  DType expressed = DType::kF32;          ///< what it stands for: f32, f16, bf16
  std::vector<float> scales;              ///< one, one per channel, or one per block (row-major)
  std::vector<std::int32_t> zero_points;  ///< as many as scales, or empty = all 0
  std::optional<int> axis;                ///< of the channels or blocks; nullopt = per tensor
  std::int64_t block_size = 0;            ///< elements a block along axis; 0 = not blocked

  [[nodiscard]] bool per_tensor() const { return !axis.has_value(); }
  [[nodiscard]] std::int32_t zero_point(std::size_t index) const {
    return zero_points.empty() ? 0 : zero_points[index];
  }
  [[nodiscard]] bool operator==(const Quantization&) const = default;
};

/// kCorrupt, naming the value, if counts do not fit the shape, a scale is not finite or not
/// positive, a zero point lies outside the stored type, or the axis outside the rank.
[[nodiscard]] Status validate(const Quantization& quantization, const Shape& shape);

/// Index into scales of the element at `flat` (row-major) of a tensor of `shape`.
[[nodiscard]] std::size_t scale_index(const Quantization& quantization, const Shape& shape,
                                      std::int64_t flat);

/// Saturating, round half to even: QuantizeLinear of ONNX for integer targets. NaN becomes the
/// zero point.
[[nodiscard]] std::int64_t quantize(float real, float scale, std::int32_t zero_point, DType stored);
[[nodiscard]] inline float dequantize(std::int64_t stored, float scale, std::int32_t zero_point) {
  return static_cast<float>(stored - zero_point) * scale;
}

}  // namespace arete::tensor
