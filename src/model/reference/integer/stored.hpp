// Stored integers of tensors as plain numbers, and outputs made from them: what all integer kernels
// share. Errors: kUnsupported declines a node, which is then computed in float.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/reference/integer/fixed_point.hpp"
#include "model/reference/integer_kernels.hpp"

namespace arete::model::integer {

using Outputs = Result<std::vector<Datum>>;

/// Elements as 32-bit numbers, less `zero_point`.
[[nodiscard]] std::vector<std::int32_t> numbers_of(const tensor::Tensor& tensor,
                                                   std::int32_t zero_point = 0);

/// A tensor of `dtype` from numbers, saturated.
[[nodiscard]] Result<tensor::Tensor> stored_tensor(tensor::DType dtype, tensor::Shape shape,
                                                   const std::vector<std::int32_t>& numbers);

[[nodiscard]] inline std::vector<Datum> one_output(tensor::Tensor tensor) {
  std::vector<Datum> outputs(1);
  outputs[0].tensor = std::move(tensor);
  return outputs;
}

/// The quantization of an input or output that must be per tensor; kUnsupported otherwise.
[[nodiscard]] Result<const tensor::Quantization*> per_tensor_input(const IntegerContext& context,
                                                                   std::size_t i);
[[nodiscard]] Result<const tensor::Quantization*> per_tensor_output(const IntegerContext& context);

[[nodiscard]] inline double scale_of(const tensor::Quantization& q, std::size_t i = 0) {
  return static_cast<double>(q.scales[q.scales.size() == 1 ? 0 : i]);
}
[[nodiscard]] inline std::int32_t zero_of(const tensor::Quantization& q) { return q.zero_point(0); }
[[nodiscard]] inline std::int32_t clamped(std::int64_t value, tensor::DType dtype) {
  const tensor::IntegerRange range = tensor::integer_range(dtype);
  return static_cast<std::int32_t>(std::clamp(value, range.lowest, range.highest));
}
/// Rescaling of 32-bit sums for this model: TFLite and TFLM share two roundings outside of fully
/// connected layers.
[[nodiscard]] inline std::int32_t rescaled(std::int64_t x, Multiplier m) {
  return rescaled_twice(x, m);
}

// The kernels, one file a family.
[[nodiscard]] Outputs conv_kernel(IntegerContext& context);
[[nodiscard]] Outputs conv_transpose_kernel(IntegerContext& context);
[[nodiscard]] Outputs gemm_kernel(IntegerContext& context);
[[nodiscard]] Outputs add_kernel(IntegerContext& context);
[[nodiscard]] Outputs sub_kernel(IntegerContext& context);
[[nodiscard]] Outputs mul_kernel(IntegerContext& context);
[[nodiscard]] Outputs average_pool_kernel(IntegerContext& context);
[[nodiscard]] Outputs softmax_kernel(IntegerContext& context);
[[nodiscard]] Outputs exp_kernel(IntegerContext& context);
[[nodiscard]] Outputs log_kernel(IntegerContext& context);
[[nodiscard]] Outputs hard_swish_kernel(IntegerContext& context);
[[nodiscard]] Outputs leaky_relu_kernel(IntegerContext& context);
[[nodiscard]] Outputs p_relu_kernel(IntegerContext& context);
[[nodiscard]] Outputs reduce_mean_kernel(IntegerContext& context);
[[nodiscard]] Outputs reduce_sum_kernel(IntegerContext& context);
[[nodiscard]] Outputs sigmoid_kernel(IntegerContext& context);
[[nodiscard]] Outputs tanh_kernel(IntegerContext& context);
[[nodiscard]] Outputs lstm_kernel(IntegerContext& context);
[[nodiscard]] Outputs requantize_kernel(IntegerContext& context);
[[nodiscard]] Outputs relu_kernel(IntegerContext& context);
[[nodiscard]] Outputs clip_kernel(IntegerContext& context);
[[nodiscard]] Outputs resize_kernel(IntegerContext& context);
[[nodiscard]] Outputs concat_kernel(IntegerContext& context);

}  // namespace arete::model::integer
