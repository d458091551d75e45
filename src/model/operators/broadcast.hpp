// Index arithmetic on whole tensors: strides under broadcasting, walking an output element by
// element, and moving elements of any dtype by their flat index. Not arithmetic on values.
// Threads: no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "tensor/shape.hpp"
#include "tensor/tensor.hpp"

namespace arete::model::operators {

/// Strides (in elements) with which a tensor of `shape` is read for an output of `target`: 0 where
/// it is repeated. The caller has checked that the shapes broadcast.
[[nodiscard]] std::vector<std::int64_t> broadcast_strides(const tensor::Shape& shape,
                                                          const tensor::Shape& target);

/// The shape that all of them broadcast to.
[[nodiscard]] Result<tensor::Shape> broadcast_all(std::span<const tensor::Shape> shapes);

/// Calls `visit(flat, offset_0, offset_1, ...)` for each element of `shape` in row-major order;
/// offset_k is the sum of index * strides[k].
template <std::size_t N, class F>
void for_each_offset(const tensor::Shape& shape,
                     const std::array<std::vector<std::int64_t>, N>& strides, F&& visit) {
  const std::size_t rank = shape.rank();
  const std::int64_t count = shape.elements();
  std::vector<std::int64_t> index(rank, 0);
  std::array<std::int64_t, N> offset{};
  const std::int64_t inner = rank > 0 ? shape[rank - 1] : 1;
  std::array<std::int64_t, N> step{};
  for (std::size_t k = 0; k < N && rank > 0; ++k) {
    step[k] = strides[k][rank - 1];
  }
  for (std::int64_t flat = 0; flat < count;) {
    auto at = offset;
    for (std::int64_t i = 0; i < inner; ++i, ++flat) {
      std::apply([&](auto... o) { visit(flat, o...); }, at);
      for (std::size_t k = 0; k < N; ++k) {
        at[k] += step[k];
      }
    }
    for (std::size_t axis = rank > 0 ? rank - 1 : 0; axis-- > 0;) {
      ++index[axis];
      for (std::size_t k = 0; k < N; ++k) {
        offset[k] += strides[k][axis];
      }
      if (index[axis] < shape[axis]) {
        break;
      }
      for (std::size_t k = 0; k < N; ++k) {
        offset[k] -= strides[k][axis] * shape[axis];
      }
      index[axis] = 0;
    }
  }
}

/// Flat source index of each element of `shape`: base + sum of index * strides.
[[nodiscard]] std::vector<std::int64_t> strided_indices(const tensor::Shape& shape,
                                                        std::span<const std::int64_t> strides,
                                                        std::int64_t base = 0);

/// For an output whose coordinate o along each axis reads coordinate tables[axis][o] of `source`
/// (negative = nothing): the flat source index of each output element, -1 for nothing.
[[nodiscard]] std::vector<std::int64_t> table_indices(
    const tensor::Shape& source, std::span<const std::vector<std::int64_t>> tables);
/// The shape that such tables make.
[[nodiscard]] tensor::Shape table_shape(std::span<const std::vector<std::int64_t>> tables);
/// 0, 1 ... extent - 1: a table that takes the whole axis.
[[nodiscard]] std::vector<std::int64_t> whole_axis(std::int64_t extent);

/// A tensor of `shape` whose element i is source[from[i]], any dtype (strings and packed too).
/// A negative index leaves zero (or takes `fill`, a one-element tensor of the same dtype).
[[nodiscard]] Result<tensor::Tensor> pick(const tensor::Tensor& source, tensor::Shape shape,
                                          std::span<const std::int64_t> from,
                                          const tensor::Tensor* fill = nullptr);

/// Writes updates[i] over element to[i] of a copy of `data`, any dtype; the dtypes are equal.
[[nodiscard]] Result<tensor::Tensor> put(const tensor::Tensor& data,
                                         std::span<const std::int64_t> to,
                                         const tensor::Tensor& updates);

/// `source` repeated to `target`; kInvalid unless it broadcasts to exactly that.
[[nodiscard]] Result<tensor::Tensor> expand_to(const tensor::Tensor& source,
                                               const tensor::Shape& target);

/// Axes in a new order, any dtype; `order` is a permutation (checked by the caller).
[[nodiscard]] Result<tensor::Tensor> permuted(const tensor::Tensor& source,
                                              std::span<const std::size_t> order);

}  // namespace arete::model::operators
