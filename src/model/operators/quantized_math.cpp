// SPDX-License-Identifier: Apache-2.0
#include "model/operators/quantized_math.hpp"

#include <algorithm>
#include <cmath>

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

/// Strides of `part` when it is broadcast to `whole`; a vector of the axis' length lies along it.
Result<std::vector<std::int64_t>> zero_point_strides(const Shape& part, const Shape& whole,
                                                     std::size_t axis) {
  std::vector<std::int64_t> strides(whole.rank(), 0);
  if (part.elements() == 1) {
    return strides;
  }
  if (part.rank() == 1 && axis < whole.rank() && part[0] == whole[axis]) {
    strides[axis] = 1;
    return strides;
  }
  if (part.rank() != whole.rank()) {
    return fail(ErrorCode::kInvalid, "a zero point of shape {} does not fit a tensor of shape {}",
                part.text(), whole.text());
  }
  const auto dense = tensor::row_major_strides(part);
  for (std::size_t i = 0; i < whole.rank(); ++i) {
    if (part[i] != 1 && part[i] != whole[i]) {
      return fail(ErrorCode::kInvalid, "a zero point of shape {} does not fit a tensor of shape {}",
                  part.text(), whole.text());
    }
    strides[i] = part[i] == 1 ? 0 : dense[i];
  }
  return strides;
}

}  // namespace

Result<std::vector<std::uint32_t>> centered_integers(const Tensor& tensor, const Tensor* zero_point,
                                                     std::size_t axis) {
  if (!tensor::is_integer(tensor.dtype())) {
    return fail(ErrorCode::kInvalid, "elements of type {} are not integers",
                tensor::name_of(tensor.dtype()));
  }
  ARETE_TRY_ASSIGN(const auto elements, ElementsAs<std::int64_t>::of(tensor));
  std::vector<std::uint32_t> out(elements.size());
  if (zero_point == nullptr) {
    std::ranges::transform(elements, out.begin(),
                           [](std::int64_t v) { return static_cast<std::uint32_t>(v); });
    return out;
  }
  ARETE_TRY_ASSIGN(const auto zeros, ElementsAs<std::int64_t>::of(*zero_point));
  ARETE_TRY_ASSIGN(const auto strides,
                   zero_point_strides(zero_point->shape(), tensor.shape(), axis));
  std::vector<std::int64_t> position(tensor.shape().rank(), 0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::int64_t at = 0;
    for (std::size_t d = 0; d < position.size(); ++d) {
      at += position[d] * strides[d];
    }
    out[i] = static_cast<std::uint32_t>(elements.span()[i]) - static_cast<std::uint32_t>(zeros[at]);
    next_position(tensor.shape(), position);
  }
  return out;
}

std::int64_t to_steps(float value, std::int64_t zero_point, tensor::DType stored) {
  const tensor::IntegerRange range = tensor::integer_range(stored);
  const float rounded = std::nearbyint(value);
  if (std::isnan(rounded)) {
    return zero_point;
  }
  const double shifted = static_cast<double>(rounded) + static_cast<double>(zero_point);
  return static_cast<std::int64_t>(
      std::clamp(shifted, static_cast<double>(range.lowest), static_cast<double>(range.highest)));
}

Result<Requantization> requantization(const KernelContext& context, std::size_t a_scale,
                                      std::size_t b_scale, std::size_t y_scale,
                                      std::size_t y_zero_point, std::int64_t channels) {
  ARETE_TRY_ASSIGN(const double a, scalar_input(context, a_scale));
  ARETE_TRY_ASSIGN(const double y, scalar_input(context, y_scale));
  ARETE_TRY_ASSIGN(const Tensor* b_tensor, context.input(b_scale));
  ARETE_TRY_ASSIGN(const auto b, ElementsAs<float>::of(*b_tensor));
  ARETE_TRY_ASSIGN(const Tensor* zero, context.input(y_zero_point));
  if (zero->elements() != 1 || !tensor::is_integer(zero->dtype())) {
    return fail(ErrorCode::kInvalid, "the output's zero point must be one integer");
  }
  if (b.size() != 1 && static_cast<std::int64_t>(b.size()) != channels) {
    return fail(ErrorCode::kInvalid, "{} scales for {} channels", b.size(), channels);
  }
  Requantization result{.factors = {}, .zero_point = zero->integer_at(0), .stored = zero->dtype()};
  for (const float scale : b) {
    result.factors.push_back(static_cast<float>(a) * scale / static_cast<float>(y));
  }
  return result;
}

}  // namespace arete::model::operators
