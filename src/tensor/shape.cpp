// SPDX-License-Identifier: Apache-2.0
#include "tensor/shape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace arete::tensor {

std::int64_t Shape::elements() const { return elements(0, dims_.size()); }

std::int64_t Shape::elements(std::size_t first, std::size_t last) const {
  std::int64_t count = 1;
  for (std::size_t axis = first; axis < last; ++axis) {
    count *= dims_[axis];
  }
  return count;
}

std::string Shape::text() const { return fmt::format("[{}]", fmt::join(dims_, ", ")); }

Result<std::int64_t> checked_elements(std::span<const std::int64_t> dims) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 56;
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t extent : dims) {
    if (extent < 0) {
      return fail(ErrorCode::kCorrupt, "shape [{}] has a negative extent", fmt::join(dims, ", "));
    }
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (count > kLimit / extent) {
      return fail(ErrorCode::kCorrupt, "shape [{}] has too many elements", fmt::join(dims, ", "));
    }
    count *= extent;
  }
  return empty ? 0 : count;
}

std::vector<std::int64_t> row_major_strides(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.rank());
  std::int64_t step = 1;
  for (std::size_t axis = shape.rank(); axis-- > 0;) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

Result<std::size_t> normalize_axis(std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) {
    return fail(ErrorCode::kInvalid, "axis {} is outside a tensor of rank {}", axis, rank);
  }
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

Result<Shape> broadcast(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> dims(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t from_a = i < a.rank() ? a[a.rank() - 1 - i] : 1;
    const std::int64_t from_b = i < b.rank() ? b[b.rank() - 1 - i] : 1;
    if (from_a != from_b && from_a != 1 && from_b != 1) {
      return fail(ErrorCode::kInvalid, "shapes {} and {} do not broadcast", a.text(), b.text());
    }
    dims[rank - 1 - i] = from_a == 1 ? from_b : from_a;
  }
  return Shape(std::move(dims));
}

}  // namespace arete::tensor
