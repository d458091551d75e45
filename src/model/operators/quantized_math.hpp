// Integer arithmetic of the quantized operators: elements less their zero point, and the rescaling
// of sums to the output's steps (one float multiplication, half to even, saturating: ONNX's
// QLinear operators). Not here: TFLite's fixed-point rescaling.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "model/operators/numbers.hpp"
#include "tensor/tensor.hpp"

namespace arete::model::operators {

/// Integer elements less their zero point, as wrapping 32-bit numbers. `zero_point` is nullptr,
/// one element, one an index of `axis`, or broadcasts to the tensor's shape.
[[nodiscard]] Result<std::vector<std::uint32_t>> centered_integers(const tensor::Tensor& tensor,
                                                                   const tensor::Tensor* zero_point,
                                                                   std::size_t axis);

/// The inverse of what centered_integers() returns, for readers: a signed sum.
[[nodiscard]] inline std::int32_t signed_sum(std::uint32_t sum) {
  return static_cast<std::int32_t>(sum);
}

/// saturate(round_half_even(value) + zero_point) of an integer type.
[[nodiscard]] std::int64_t to_steps(float value, std::int64_t zero_point, tensor::DType stored);

/// How sums become stored integers: scale of every channel (or one), zero point, type.
struct Requantization {
  std::vector<float> factors;  ///< sum * factor = steps; one, or one a channel
  std::int64_t zero_point = 0;
  tensor::DType stored = tensor::DType::kU8;

  [[nodiscard]] std::int64_t operator()(std::int32_t sum, std::int64_t channel) const {
    const float factor = factors[factors.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
    return to_steps(static_cast<float>(sum) * factor, zero_point, stored);
  }
};

/// From the inputs `a_scale` (one element), `b_scale` (one, or `channels`), `y_scale` and
/// `y_zero_point` of a QLinear operator.
[[nodiscard]] Result<Requantization> requantization(const KernelContext& context,
                                                    std::size_t a_scale, std::size_t b_scale,
                                                    std::size_t y_scale, std::size_t y_zero_point,
                                                    std::int64_t channels);

}  // namespace arete::model::operators
