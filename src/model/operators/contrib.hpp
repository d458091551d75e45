// The fused operators of ONNX Runtime's domain, defined in contrib_fused.cpp and
// contrib_matmul.cpp and listed in contrib.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

[[nodiscard]] Outputs contrib_gelu_kernel(KernelContext& context);
[[nodiscard]] Outputs fast_gelu_kernel(KernelContext& context);
[[nodiscard]] Outputs bias_gelu_kernel(KernelContext& context);
[[nodiscard]] Outputs fused_conv_kernel(KernelContext& context);
[[nodiscard]] Status fused_conv_shape(ShapeContext& context);
[[nodiscard]] std::optional<std::int64_t> fused_conv_macs(const Node& node,
                                                          std::span<const ShapeFacts> inputs,
                                                          std::span<const ShapeFacts> outputs);
[[nodiscard]] Outputs skip_layer_normalization_kernel(KernelContext& context);
[[nodiscard]] Status skip_layer_normalization_shape(ShapeContext& context);

[[nodiscard]] Outputs fused_matmul_kernel(KernelContext& context);
[[nodiscard]] Status fused_matmul_shape(ShapeContext& context);
[[nodiscard]] Outputs dynamic_quantize_matmul_kernel(KernelContext& context);
[[nodiscard]] Outputs matmul_integer_to_float_kernel(KernelContext& context);
[[nodiscard]] Status contrib_matmul_shape(ShapeContext& context);
[[nodiscard]] Outputs matmul_nbits_kernel(KernelContext& context);
[[nodiscard]] Status matmul_nbits_shape(ShapeContext& context);
[[nodiscard]] std::optional<std::int64_t> contrib_matmul_macs(const Node& node,
                                                              std::span<const ShapeFacts> inputs,
                                                              std::span<const ShapeFacts> outputs);

}  // namespace arete::model::operators
