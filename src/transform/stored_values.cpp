// SPDX-License-Identifier: Apache-2.0
#include "transform/stored_values.hpp"

namespace arete::transform {
namespace {

/// A scale by which real values grow with the stored ones, one step after the other.
bool is_plain_scale(const spec::TensorFacts& facts) {
  return facts.quantization && facts.quantization->per_tensor() &&
         facts.quantization->scales.size() == 1 && std::isnormal(facts.quantization->scales[0]) &&
         facts.quantization->scales[0] > 0 && facts.quantization->scales[0] < 1e30F;
}

}  // namespace

Result<StoredValues> StoredValues::of(const tensor::Tensor& tensor,
                                      const spec::TensorFacts& facts) {
  StoredValues stored;
  const bool is_byte = tensor.dtype() == tensor::DType::kU8 || tensor.dtype() == tensor::DType::kI8;
  if (!is_byte || !is_plain_scale(facts)) {
    ARETE_TRY_ASSIGN(stored.real_, RealValues::of(tensor, facts));
    return stored;
  }
  stored.real_ = RealValues::none(tensor.shape());
  const float scale = facts.quantization->scales[0];
  const std::int32_t zero_point = facts.quantization->zero_point(0);
  if (tensor.dtype() == tensor::DType::kU8) {
    stored.integers_ = Stored<std::uint8_t>{tensor.data<std::uint8_t>(), scale, zero_point};
  } else {
    stored.integers_ = Stored<std::int8_t>{tensor.data<std::int8_t>(), scale, zero_point};
  }
  return stored;
}

}  // namespace arete::transform
