// SPDX-License-Identifier: Apache-2.0
#include "model/layout/permute.hpp"

#include <algorithm>
#include <numeric>

namespace arete::model::layout {

Permutation identity_permutation(std::size_t rank) {
  Permutation perm(rank);
  std::iota(perm.begin(), perm.end(), 0);
  return perm;
}

Permutation inverse(const Permutation& perm) {
  Permutation result(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i) {
    result[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
  }
  return result;
}

Permutation compose(const Permutation& first, const Permutation& second) {
  return permuted(first, second);
}

bool is_identity(const Permutation& perm) { return perm == identity_permutation(perm.size()); }

bool is_permutation(const Permutation& perm) {
  Permutation sorted = perm;
  std::ranges::sort(sorted);
  return is_identity(sorted);
}

bool moves_nothing(const std::vector<std::int64_t>& dims, const Permutation& perm) {
  std::int64_t last = -1;
  for (const std::int64_t from : perm) {
    if (dims[static_cast<std::size_t>(from)] == 1) {
      continue;
    }
    if (from < last) {
      return false;
    }
    last = from;
  }
  return true;
}

Result<tensor::Tensor> permute(const tensor::Tensor& data, const Permutation& perm) {
  if (moves_nothing(data.shape().dims(), perm)) {
    return data.reshaped(tensor::Shape(permuted(data.shape().dims(), perm)));
  }
  const int bits = tensor::bits_of(data.dtype());
  if (bits < 8 || tensor::is_packed(data.dtype())) {
    return fail(ErrorCode::kUnsupported, "transposing a constant of {}",
                tensor::name_of(data.dtype()));
  }
  tensor::TensorView view(data);
  std::vector<std::int64_t> strides = tensor::row_major_strides(data.shape());
  for (std::int64_t& stride : strides) {
    stride *= bits / 8;
  }
  view.shape = tensor::Shape(permuted(data.shape().dims(), perm));
  view.strides = permuted(strides, perm);
  return tensor::copy_of(view);
}

Result<std::optional<tensor::Quantization>> permute(
    const std::optional<tensor::Quantization>& quantization, const Permutation& perm) {
  std::optional<tensor::Quantization> result = quantization;
  if (!result || result->per_tensor()) {
    return result;
  }
  if (result->block_size != 0) {
    return fail(ErrorCode::kUnsupported, "transposing a value that is quantized in blocks");
  }
  result->axis = static_cast<int>(inverse(perm)[static_cast<std::size_t>(*result->axis)]);
  return result;
}

}  // namespace arete::model::layout
