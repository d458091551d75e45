// SPDX-License-Identifier: Apache-2.0
#include "tensor/quantization.hpp"

#include <algorithm>
#include <cmath>

namespace arete::tensor {
namespace {

/// Blocks along an extent; no sum, since a file may claim any block size.
std::int64_t blocks_along(std::int64_t extent, std::int64_t block_size) {
  return extent / block_size + (extent % block_size != 0 ? 1 : 0);
}

/// Shape of the scales that a per-channel or blocked quantization needs; empty = per tensor.
Shape scales_shape(const Quantization& q, const Shape& shape) {
  if (q.per_tensor()) {
    return {};
  }
  const auto axis = static_cast<std::size_t>(*q.axis);
  if (q.block_size == 0) {
    return {shape[axis]};
  }
  Shape blocks = shape;
  blocks[axis] = blocks_along(shape[axis], q.block_size);
  return blocks;
}

}  // namespace

Status validate(const Quantization& q, const Shape& shape) {
  if (q.block_size < 0 || (q.block_size > 0 && q.per_tensor())) {
    return fail(ErrorCode::kCorrupt, "quantization block size {} needs an axis", q.block_size);
  }
  if (!q.per_tensor() && (*q.axis < 0 || static_cast<std::size_t>(*q.axis) >= shape.rank())) {
    return fail(ErrorCode::kCorrupt, "quantization axis {} is outside shape {}", *q.axis,
                shape.text());
  }
  const auto wanted = static_cast<std::size_t>(scales_shape(q, shape).elements());
  if (q.scales.size() != wanted) {
    return fail(ErrorCode::kCorrupt, "quantization has {} scales where shape {} needs {}",
                q.scales.size(), shape.text(), wanted);
  }
  if (!q.zero_points.empty() && q.zero_points.size() != wanted) {
    return fail(ErrorCode::kCorrupt, "quantization has {} zero points for {} scales",
                q.zero_points.size(), wanted);
  }
  for (const float scale : q.scales) {
    if (!std::isfinite(scale) || scale <= 0) {
      return fail(ErrorCode::kCorrupt, "quantization scale {} is not a positive number", scale);
    }
  }
  const IntegerRange range = integer_range(q.stored);
  for (const std::int32_t zero_point : q.zero_points) {
    if (zero_point < range.lowest || zero_point > range.highest) {
      return fail(ErrorCode::kCorrupt, "zero point {} is outside {}", zero_point,
                  name_of(q.stored));
    }
  }
  return {};
}

std::size_t scale_index(const Quantization& q, const Shape& shape, std::int64_t flat) {
  if (q.per_tensor()) {
    return 0;
  }
  const auto axis = static_cast<std::size_t>(*q.axis);
  const std::int64_t inner = shape.elements(axis + 1, shape.rank());
  const std::int64_t at = (flat / inner) % shape[axis];
  if (q.block_size == 0) {
    return static_cast<std::size_t>(at);
  }
  const std::int64_t blocks = blocks_along(shape[axis], q.block_size);
  const std::int64_t outer = flat / (inner * shape[axis]);
  return static_cast<std::size_t>((outer * blocks + at / q.block_size) * inner + flat % inner);
}

std::int64_t quantize(float real, float scale, std::int32_t zero_point, DType stored) {
  const IntegerRange range = integer_range(stored);
  const float steps = std::nearbyint(real / scale);
  if (std::isnan(steps)) {
    return zero_point;
  }
  const double shifted = static_cast<double>(steps) + zero_point;
  return static_cast<std::int64_t>(
      std::clamp(shifted, static_cast<double>(range.lowest), static_cast<double>(range.highest)));
}

}  // namespace arete::tensor
