// Permutations of dimensions: composing them, applying them to shapes, constants, quantization.
// result[i] = input[perm[i]], as ONNX's Transpose has it. Pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "model/ir/value.hpp"
#include "tensor/quantization.hpp"
#include "tensor/tensor.hpp"

namespace arete::model::layout {

using Permutation = std::vector<std::int64_t>;

[[nodiscard]] Permutation identity_permutation(std::size_t rank);
[[nodiscard]] Permutation inverse(const Permutation& perm);
/// First `first`, then `second`: the one permutation that does both.
[[nodiscard]] Permutation compose(const Permutation& first, const Permutation& second);
[[nodiscard]] bool is_identity(const Permutation& perm);
/// True if perm names each of its positions once.
[[nodiscard]] bool is_permutation(const Permutation& perm);

template <class T>
[[nodiscard]] std::vector<T> permuted(const std::vector<T>& values, const Permutation& perm) {
  std::vector<T> result;
  result.reserve(values.size());
  for (const std::int64_t from : perm) {
    result.push_back(values[static_cast<std::size_t>(from)]);
  }
  return result;
}

/// True if permuting a tensor of this shape moves no element: only extents of 1 change places.
[[nodiscard]] bool moves_nothing(const std::vector<std::int64_t>& dims, const Permutation& perm);

/// The data in the new order; kUnsupported for packed types and strings.
[[nodiscard]] Result<tensor::Tensor> permute(const tensor::Tensor& data, const Permutation& perm);

/// The same quantization for the permuted value; kUnsupported for blocks.
[[nodiscard]] Result<std::optional<tensor::Quantization>> permute(
    const std::optional<tensor::Quantization>& quantization, const Permutation& perm);

}  // namespace arete::model::layout
