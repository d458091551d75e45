// Sums and means of stored integers.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>

#include "model/reference/integer/stored.hpp"

namespace arete::model::integer {
namespace {

using tensor::Shape;

/// Sums over some axes, and how many elements each has.
struct AxisSums {
  std::vector<std::int64_t> sums;
  std::int64_t count = 1;
  Shape shape;
};

Result<std::vector<bool>> reduced_axes(const IntegerContext& context) {
  const Shape& shape = context.input(0).shape();
  std::vector<bool> reduced(shape.rank(), false);
  std::vector<std::int64_t> axes = context.node().integers_or("axes", {});
  if (context.has_input(1)) {
    for (std::int64_t i = 0; i < context.input(1).elements(); ++i) {
      axes.push_back(context.input(1).integer_at(i));
    }
  }
  if (axes.empty()) {
    return fail(ErrorCode::kUnsupported, "a reduction without axes");
  }
  for (const std::int64_t axis : axes) {
    ARETE_TRY_ASSIGN(const std::size_t at, tensor::normalize_axis(axis, shape.rank()));
    reduced[at] = true;
  }
  return reduced;
}

AxisSums sums_over(const std::vector<std::int32_t>& numbers, const Shape& shape,
                   const std::vector<bool>& reduced, bool keep) {
  AxisSums result;
  std::vector<std::size_t> strides(shape.rank(), 0);
  std::size_t stride = 1;
  std::vector<std::int64_t> dims;
  for (std::size_t i = shape.rank(); i-- > 0;) {
    if (reduced[i]) {
      result.count *= shape[i];
      continue;
    }
    strides[i] = stride;
    stride *= static_cast<std::size_t>(shape[i]);
  }
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (!reduced[i] || keep) {
      dims.push_back(reduced[i] ? 1 : shape[i]);
    }
  }
  result.shape = Shape(dims);
  result.sums.assign(stride, 0);
  std::vector<std::int64_t> at(shape.rank(), 0);
  std::size_t target = 0;
  for (const std::int32_t number : numbers) {
    result.sums[target] += number;
    for (std::size_t i = shape.rank(); i-- > 0;) {
      target += strides[i];
      if (++at[i] < shape[i]) {
        break;
      }
      target -= strides[i] * static_cast<std::size_t>(shape[i]);
      at[i] = 0;
    }
  }
  return result;
}

/// Rescaling of a sum; that of a mean has the division by `count` in its multiplier.
Multiplier reduction_multiplier(double real, std::int64_t count, bool mean) {
  Multiplier m = quantize_multiplier(real);
  if (mean) {
    const int bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count))) - 1;
    const int shift = std::min({bits, 32, 31 + m.shift});
    m.value = static_cast<std::int32_t>((std::int64_t{m.value} << shift) / count);
    m.shift -= shift;
  }
  return m;
}

Outputs reduced(IntegerContext& context, bool mean) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  ARETE_TRY_ASSIGN(const auto axes, reduced_axes(context));
  const bool keep = context.node().integer_or("keepdims", 1) != 0;
  AxisSums sums =
      sums_over(numbers_of(context.input(0), zero_of(*x)), context.input(0).shape(), axes, keep);
  if (sums.count <= 0 || sums.sums.empty()) {
    return fail(ErrorCode::kUnsupported, "a reduction of nothing");
  }
  const Multiplier m = reduction_multiplier(scale_of(*x) / scale_of(*y), sums.count, mean);
  std::vector<std::int32_t> numbers;
  for (const std::int64_t sum : sums.sums) {
    numbers.push_back(clamped(std::int64_t{rescaled(sum, m)} + zero_of(*y), y->stored));
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, sums.shape, numbers));
  return one_output(std::move(made));
}

}  // namespace

Outputs reduce_mean_kernel(IntegerContext& context) { return reduced(context, true); }
Outputs reduce_sum_kernel(IntegerContext& context) { return reduced(context, false); }

}  // namespace arete::model::integer
