// QuantizeLinear and DequantizeLinear on tensors, for the operators of that name and for those of
// ONNX Runtime's domain that compute in float between the two.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

/// Which scale serves which element: one for all, one an index of an axis, or one a block.
struct ScaleMap {
  AxisSplit split{1, 1, 1};  ///< of the quantized tensor at the axis
  std::int64_t block = 0;    ///< 0 = no blocks
  bool single = true;

  [[nodiscard]] std::int64_t operator()(std::int64_t flat) const {
    if (single) {
      return 0;
    }
    const std::int64_t along = flat / split.inner % split.extent;
    if (block == 0) {
      return along;
    }
    const std::int64_t blocks = (split.extent + block - 1) / block;
    const std::int64_t outer = flat / split.inner / split.extent;
    return (outer * blocks + along / block) * split.inner + flat % split.inner;
  }
};
[[nodiscard]] Result<ScaleMap> scale_map(const tensor::Shape& tensor, const tensor::Shape& scale,
                                         std::int64_t axis, std::int64_t block_size);

/// (x - zero point) * scale as `target`; `zero_point` may be nullptr.
[[nodiscard]] Result<tensor::Tensor> dequantized(const tensor::Tensor& x,
                                                 const tensor::Tensor& scale,
                                                 const tensor::Tensor* zero_point,
                                                 const ScaleMap& map, tensor::DType target);

struct QuantizeTarget {
  tensor::DType stored = tensor::DType::kU8;
  tensor::DType precision = tensor::DType::kF32;  ///< of the division
  bool saturate = true;                           ///< of 8-bit floats
};
[[nodiscard]] Result<tensor::Tensor> quantized(const tensor::Tensor& x, const tensor::Tensor& scale,
                                               const tensor::Tensor* zero_point,
                                               const ScaleMap& map, const QuantizeTarget& target);

[[nodiscard]] Outputs quantize_linear_kernel(KernelContext& context);
[[nodiscard]] Outputs dequantize_linear_kernel(KernelContext& context);
[[nodiscard]] Status quantize_linear_shape(ShapeContext& context);
[[nodiscard]] Status dequantize_linear_shape(ShapeContext& context);

/// y, its scale and its zero point: f32 to u8 over the whole tensor's range.
struct DynamicallyQuantized {
  tensor::Tensor steps;
  float scale = 1;
  std::uint8_t zero_point = 0;
};
[[nodiscard]] Result<DynamicallyQuantized> dynamically_quantized(const tensor::Tensor& x);

}  // namespace arete::model::operators
