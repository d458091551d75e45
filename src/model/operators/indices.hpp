// Index tensors, checked and made flat: what the gathering and the scattering operators share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "tensor/tensor.hpp"

namespace arete::model::operators {

/// The indices along an axis of `extent`, negative ones made positive; kInvalid if one is outside.
[[nodiscard]] Result<std::vector<std::int64_t>> checked_indices(const tensor::Tensor& indices,
                                                                std::int64_t extent);

/// For GatherElements and ScatterElements: the flat element of `data` that each index names.
[[nodiscard]] Result<std::vector<std::int64_t>> element_indices(const tensor::Tensor& data,
                                                                const tensor::Tensor& indices,
                                                                std::int64_t axis);

/// For GatherND and ScatterND: the flat elements of all slices that the index tuples name.
struct SliceIndices {
  std::vector<std::int64_t> elements;    ///< slice after slice
  std::vector<std::int64_t> slice_dims;  ///< shape of one slice
};
[[nodiscard]] Result<SliceIndices> slice_indices(const tensor::Shape& data,
                                                 const tensor::Tensor& indices,
                                                 std::int64_t batch_dims);

}  // namespace arete::model::operators
