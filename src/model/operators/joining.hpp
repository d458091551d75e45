// Tensors laid side by side along an axis: Concat, and the sequence and loop operators that end so.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/result.hpp"
#include "tensor/tensor.hpp"

namespace arete::model::operators {

/// Joins along an existing axis; kInvalid unless dtypes and the other extents agree. At least one
/// part.
[[nodiscard]] Result<tensor::Tensor> concatenated(std::span<const tensor::Tensor> parts,
                                                  std::size_t axis);
/// Joins along a new axis: all shapes are equal.
[[nodiscard]] Result<tensor::Tensor> stacked(std::span<const tensor::Tensor> parts,
                                             std::size_t axis);

}  // namespace arete::model::operators
