// Addition, subtraction and multiplication of stored integers, with NumPy's broadcasting.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/reference/integer/broadcast_indices.hpp"
#include "model/reference/integer/stored.hpp"

namespace arete::model::integer {
namespace {

using tensor::DType;

/// Calls combine(a, b) on elements less their zero points.
template <class Combine>
Outputs elementwise(IntegerContext& context, Combine combine) {
  ARETE_TRY_ASSIGN(const auto* a, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* b, per_tensor_input(context, 1));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  ARETE_TRY_ASSIGN(const tensor::Shape out,
                   tensor::broadcast(context.input(0).shape(), context.input(1).shape()));
  const auto left = numbers_of(context.input(0), zero_of(*a));
  const auto right = numbers_of(context.input(1), zero_of(*b));
  const auto left_at = broadcast_indices(context.input(0).shape(), out);
  const auto right_at = broadcast_indices(context.input(1).shape(), out);
  std::vector<std::int32_t> numbers(left_at.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = clamped(std::int64_t{combine(left[left_at[i]], right[right_at[i]])} + zero_of(*y),
                         y->stored);
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, out, numbers));
  return one_output(std::move(made));
}

/// Both operands are brought to twice the larger scale, shifted left to keep their fraction bits.
Outputs sum_kernel(IntegerContext& context, std::int32_t sign) {
  ARETE_TRY_ASSIGN(const auto* a, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* b, per_tensor_input(context, 1));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  const int left_shift = y->stored == DType::kI16 ? 15 : 20;
  const double twice = 2.0 * std::max(scale_of(*a), scale_of(*b));
  const Multiplier of_a = quantize_multiplier(scale_of(*a) / twice);
  const Multiplier of_b = quantize_multiplier(scale_of(*b) / twice);
  const Multiplier of_y = quantize_multiplier(twice / ((1 << left_shift) * scale_of(*y)));
  return elementwise(context, [=](std::int32_t left, std::int32_t right) {
    const std::int64_t factor = std::int64_t{1} << left_shift;
    const std::int32_t scaled_left = rescaled(left * factor, of_a);
    const std::int32_t scaled_right = rescaled(right * factor, of_b);
    return rescaled(std::int64_t{scaled_left} + std::int64_t{sign} * scaled_right, of_y);
  });
}

}  // namespace

std::vector<std::size_t> broadcast_indices(const tensor::Shape& shape, const tensor::Shape& out) {
  const std::size_t shift = out.rank() - shape.rank();
  std::vector<std::int64_t> strides(out.rank(), 0);
  std::int64_t stride = 1;
  for (std::size_t i = shape.rank(); i-- > 0;) {
    strides[i + shift] = shape[i] == 1 ? 0 : stride;
    stride *= shape[i];
  }
  std::vector<std::size_t> indices;
  std::vector<std::int64_t> at(out.rank(), 0);
  std::int64_t flat = 0;
  for (std::int64_t n = out.elements(); n > 0; --n) {
    indices.push_back(static_cast<std::size_t>(flat));
    for (std::size_t i = out.rank(); i-- > 0;) {
      flat += strides[i];
      if (++at[i] < out[i]) {
        break;
      }
      flat -= strides[i] * out[i];
      at[i] = 0;
    }
  }
  return indices;
}

Outputs add_kernel(IntegerContext& context) { return sum_kernel(context, 1); }
Outputs sub_kernel(IntegerContext& context) { return sum_kernel(context, -1); }

Outputs mul_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* a, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* b, per_tensor_input(context, 1));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  const Multiplier m = quantize_multiplier(scale_of(*a) * scale_of(*b) / scale_of(*y));
  return elementwise(context, [=](std::int32_t left, std::int32_t right) {
    return rescaled(std::int64_t{left} * right, m);
  });
}

}  // namespace arete::model::integer
