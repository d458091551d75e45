// Matrix products under NumPy's rules: the geometry that plain, integer, quantized and fused
// products share, and the kernels and rules behind the family's table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

/// rows x depth times depth x columns, once for each broadcast batch.
struct MatmulGeometry {
  std::int64_t rows = 0;
  std::int64_t depth = 0;
  std::int64_t columns = 0;
  std::vector<std::int64_t> a_batches;  ///< matrix of a that each product reads
  std::vector<std::int64_t> b_batches;
  tensor::Shape output;
};
[[nodiscard]] Result<MatmulGeometry> matmul_geometry(const tensor::Shape& a,
                                                     const tensor::Shape& b);

/// y += a * b for every batch. T is float, double, uint32 or uint64.
template <class T>
void add_matmul(const MatmulGeometry& geometry, const T* a, const T* b, T* y);

/// Shape of a product; nullopt if a rank is unknown.
[[nodiscard]] Result<std::optional<SymbolicShape>> matmul_output_shape(
    const std::optional<SymbolicShape>& a, const std::optional<SymbolicShape>& b);
/// Output elements times the extent that is summed: the last of input `a`.
[[nodiscard]] std::optional<std::int64_t> matmul_macs(std::span<const ShapeFacts> inputs,
                                                      std::span<const ShapeFacts> outputs,
                                                      std::size_t a);

/// Product of two tensors in `dtype` (that of a).
[[nodiscard]] Result<tensor::Tensor> matmul_of(const tensor::Tensor& a, const tensor::Tensor& b);

[[nodiscard]] Outputs matmul_kernel(KernelContext& context);
[[nodiscard]] Outputs matmul_integer_kernel(KernelContext& context);
[[nodiscard]] Outputs qlinear_matmul_kernel(KernelContext& context);
[[nodiscard]] Outputs gemm_kernel(KernelContext& context);
[[nodiscard]] Outputs einsum_kernel(KernelContext& context);
[[nodiscard]] Outputs det_kernel(KernelContext& context);
[[nodiscard]] Status gemm_shape(ShapeContext& context);
[[nodiscard]] Status einsum_shape(ShapeContext& context);
[[nodiscard]] std::optional<std::int64_t> einsum_macs(const Node& node,
                                                      std::span<const ShapeFacts> inputs,
                                                      std::span<const ShapeFacts> outputs);
[[nodiscard]] std::optional<std::int64_t> gemm_macs(const Node& node,
                                                    std::span<const ShapeFacts> inputs,
                                                    std::span<const ShapeFacts> outputs);

}  // namespace arete::model::operators
