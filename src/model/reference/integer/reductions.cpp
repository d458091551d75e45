// Means of stored integers. TFLite has three ways: over height and width (the reader marks those),
// with one scale throughout, and the rest.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/reference/integer/stored.hpp"

namespace arete::model::integer {
namespace {

using tensor::Shape;

/// Sums over some axes, and how many elements each has.
struct AxisSums {
  std::vector<std::int32_t> sums;
  std::int32_t count = 1;
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
    return fail(ErrorCode::kUnsupported, "a mean without axes");
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
      result.count *= static_cast<std::int32_t>(shape[i]);
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

/// Rescales the sum, then divides it, rounding half away from zero.
std::int64_t plane_mean(std::int32_t sum, std::int32_t count, const tensor::Quantization& x,
                        const tensor::Quantization& y) {
  if (x.stored == tensor::DType::kU8) {
    const auto bias =
        static_cast<std::int32_t>(static_cast<float>(zero_of(x)) * x.scales[0] / y.scales[0]);
    const float scale = x.scales[0] / (static_cast<float>(count) * y.scales[0]);
    return std::int64_t{rescaled(sum, quantize_multiplier(static_cast<double>(scale)))} +
           zero_of(y) - bias;
  }
  const Multiplier m = quantize_multiplier(scale_of(x) / scale_of(y));
  const std::int32_t scaled = rescaled(std::int64_t{sum} - std::int64_t{count} * zero_of(x), m);
  const std::int32_t half = count / 2;
  return (scaled > 0 ? scaled + half : scaled - half) / count + zero_of(y);
}

/// In float, from the sum of the numbers as they are stored.
std::int64_t float_mean(std::int32_t sum, std::int32_t count, const tensor::Quantization& x,
                        const tensor::Quantization& y) {
  const float scale = x.scales[0] / y.scales[0];
  const float bias = static_cast<float>(-zero_of(x)) * scale;
  const float mean = static_cast<float>(sum) / static_cast<float>(count);
  return static_cast<std::int64_t>(std::round(mean * scale + bias)) + zero_of(y);
}

}  // namespace

Outputs reduce_mean_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  ARETE_TRY_ASSIGN(const auto reduced, reduced_axes(context));
  const bool keep = context.node().integer_or("keepdims", 1) != 0;
  AxisSums means = sums_over(numbers_of(context.input(0)), context.input(0).shape(), reduced, keep);
  if (means.count <= 0 || means.sums.empty()) {
    return fail(ErrorCode::kUnsupported, "a mean of nothing");
  }
  const bool plane = context.node().metadata.contains("tflite.plane_mean");
  const bool same = x->scales == y->scales && zero_of(*x) == zero_of(*y);
  for (std::int32_t& number : means.sums) {
    const std::int64_t mean = plane  ? plane_mean(number, means.count, *x, *y)
                              : same ? number / means.count  // towards zero
                                     : float_mean(number, means.count, *x, *y);
    number = clamped(mean, y->stored);
  }
  ARETE_TRY_ASSIGN(auto made, stored_tensor(y->stored, means.shape, means.sums));
  return one_output(std::move(made));
}

}  // namespace arete::model::integer
