// SPDX-License-Identifier: Apache-2.0
#include "model/reference/quantized_values.hpp"

#include <cstdint>
#include <span>
#include <vector>

#include "model/operators/dispatch.hpp"

namespace arete::model {
namespace {

using tensor::Quantization;
using tensor::Tensor;

/// Calls visit(flat, scale, zero_point) for every element.
template <class F>
void for_each_scale(const Quantization& quantization, const tensor::Shape& shape, F&& visit) {
  const std::int64_t count = shape.elements();
  if (quantization.per_tensor()) {
    for (std::int64_t i = 0; i < count; ++i) {
      visit(i, quantization.scales[0], quantization.zero_point(0));
    }
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const std::size_t at = tensor::scale_index(quantization, shape, i);
    visit(i, quantization.scales[at], quantization.zero_point(at));
  }
}

}  // namespace

Result<Tensor> dequantized(const Tensor& stored, const Quantization& quantization) {
  ARETE_TRY(tensor::validate(quantization, stored.shape()));
  if (stored.dtype() != quantization.stored) {
    return fail(ErrorCode::kInvalid, "holds {}, its quantization speaks of {}",
                tensor::name_of(stored.dtype()), tensor::name_of(quantization.stored));
  }
  std::vector<float> real(static_cast<std::size_t>(stored.elements()));
  for_each_scale(quantization, stored.shape(),
                 [&](std::int64_t i, float scale, std::int32_t zero_point) {
                   real[static_cast<std::size_t>(i)] =
                       tensor::dequantize(stored.integer_at(i), scale, zero_point);
                 });
  return operators::tensor_from(quantization.expressed, stored.shape(),
                                std::span<const float>(real));
}

Result<Tensor> quantized(const Tensor& real, const Quantization& quantization) {
  ARETE_TRY(tensor::validate(quantization, real.shape()));
  const std::vector<float> numbers = operators::floats_of(real);
  std::vector<double> stored(numbers.size());
  for_each_scale(quantization, real.shape(),
                 [&](std::int64_t i, float scale, std::int32_t zero_point) {
                   const auto at = static_cast<std::size_t>(i);
                   stored[at] = static_cast<double>(
                       tensor::quantize(numbers[at], scale, zero_point, quantization.stored));
                 });
  return operators::tensor_from(quantization.stored, real.shape(), std::span<const double>(stored));
}

}  // namespace arete::model
