// The geometry and the loop that all convolutions share: plain, fused, integer and quantized.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"
#include "model/operators/window.hpp"
#include "tensor/shape.hpp"

namespace arete::model::operators {

struct ConvGeometry {
  std::int64_t batch = 0;
  std::int64_t channels = 0;  ///< of the input
  std::int64_t filters = 0;   ///< channels of the output
  std::int64_t groups = 1;
  std::vector<WindowAxis> axes;
  tensor::Shape output;
};

/// Checks that input, weight and attributes fit.
[[nodiscard]] Result<ConvGeometry> conv_geometry(const Node& node, const tensor::Shape& x,
                                                 const tensor::Shape& w);

/// y += conv(x, w); y holds the bias or zeros. T is float, double or uint32 (wrapping integers).
template <class T>
void add_convolution(const ConvGeometry& geometry, const T* x, const T* w, T* y);

/// Output shape of input 0 convolved with the weight at `weight`.
[[nodiscard]] Result<std::optional<SymbolicShape>> conv_output_shape(ShapeContext& context,
                                                                     std::size_t weight);
/// Multiply-adds of a convolution whose weight is input `weight`.
[[nodiscard]] std::optional<std::int64_t> conv_macs(std::span<const ShapeFacts> inputs,
                                                    std::span<const ShapeFacts> outputs,
                                                    std::size_t weight);

[[nodiscard]] Outputs conv_kernel(KernelContext& context);
[[nodiscard]] Outputs conv_integer_kernel(KernelContext& context);
[[nodiscard]] Outputs conv_transpose_kernel(KernelContext& context);
[[nodiscard]] Outputs deform_conv_kernel(KernelContext& context);
[[nodiscard]] Outputs col2im_kernel(KernelContext& context);
[[nodiscard]] Outputs causal_conv_kernel(KernelContext& context);
[[nodiscard]] Status conv_transpose_shape(ShapeContext& context);
[[nodiscard]] Status col2im_shape(ShapeContext& context);
[[nodiscard]] Status causal_conv_shape(ShapeContext& context);

}  // namespace arete::model::operators
