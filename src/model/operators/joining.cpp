// SPDX-License-Identifier: Apache-2.0
#include "model/operators/joining.hpp"

#include <array>
#include <cstring>
#include <vector>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

Result<Shape> joined_shape(std::span<const Tensor> parts, std::size_t axis) {
  Shape joined = parts.front().shape();
  if (axis >= joined.rank()) {
    return fail(ErrorCode::kInvalid, "axis {} is outside rank {}", axis, joined.rank());
  }
  std::int64_t extent = 0;
  for (const Tensor& part : parts) {
    Shape others = part.shape();
    bool fits = part.dtype() == parts.front().dtype() && others.rank() == joined.rank();
    if (fits) {
      extent += others[axis];
      others[axis] = joined[axis];
      fits = others == joined;
    }
    if (!fits) {
      return fail(ErrorCode::kInvalid, "{} {} cannot be joined to {} {} along axis {}",
                  tensor::name_of(part.dtype()), part.shape().text(),
                  tensor::name_of(parts.front().dtype()), parts.front().shape().text(), axis);
    }
  }
  joined[axis] = extent;
  return joined;
}

/// Strings and packed types, element by element.
Result<Tensor> join_by_index(std::span<const Tensor> parts, std::size_t axis, const Shape& joined) {
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(parts.front().dtype(), joined));
  const std::vector<std::int64_t> strides = row_major_strides(joined);
  std::int64_t first = 0;
  for (const Tensor& part : parts) {
    const auto to = strided_indices(part.shape(), strides, first * strides[axis]);
    ARETE_TRY_ASSIGN(out, put(out, to, part));
    first += part.shape()[axis];
  }
  return out;
}

Result<std::vector<Datum>> concat_kernel(KernelContext& context) {
  std::vector<Tensor> parts;
  for (std::size_t i = 0; i < context.input_count(); ++i) {
    ARETE_TRY_ASSIGN(const Tensor* part, context.input(i));
    parts.push_back(*part);
  }
  ARETE_TRY_ASSIGN(
      const std::size_t axis,
      tensor::normalize_axis(context.node().integer_or("axis", 1), parts.front().shape().rank()));
  ARETE_TRY_ASSIGN(Tensor out, concatenated(parts, axis));
  return one(std::move(out));
}

Status concat_rule(ShapeContext& context) {
  context.set_output(0, context.input(0).dtype, std::nullopt);
  std::optional<SymbolicShape> joined;
  std::vector<Dim> elements;
  bool all_elements = true;
  std::size_t axis = 0;
  for (std::size_t i = 0; i < context.input_count(); ++i) {
    const ShapeFacts& part = context.input(i);
    if (!part.shape) {
      return {};
    }
    all_elements = all_elements && part.elements.has_value();
    if (part.elements) {
      elements.insert(elements.end(), part.elements->begin(), part.elements->end());
    }
    if (!joined) {
      ARETE_TRY_ASSIGN(
          axis, tensor::normalize_axis(context.node().integer_or("axis", 1), part.shape->size()));
      joined = part.shape;
      continue;
    }
    if (joined->size() != part.shape->size()) {
      return fail(ErrorCode::kInvalid, "shapes {} and {} cannot be joined", text_of(*joined),
                  text_of(*part.shape));
    }
    for (std::size_t d = 0; d < joined->size(); ++d) {
      if (d == axis) {
        (*joined)[d] = add((*joined)[d], (*part.shape)[d]);
      } else {
        ARETE_TRY_ASSIGN((*joined)[d], merge((*joined)[d], (*part.shape)[d]),
                         "shapes {} and {} along axis {}", text_of(*joined), text_of(*part.shape),
                         axis);
      }
    }
  }
  context.set_output(0, context.input(0).dtype, std::move(joined));
  if (all_elements) {
    context.outputs()[0].elements = std::move(elements);
  }
  return {};
}

constexpr std::array kJoiningRows = {
    Operator{"", "Concat", 1, 1, kVariadic, concat_kernel, concat_rule},
};

}  // namespace

Result<Tensor> concatenated(std::span<const Tensor> parts, std::size_t axis) {
  ARETE_TRY_ASSIGN(const Shape joined, joined_shape(parts, axis));
  const DType dtype = parts.front().dtype();
  if (dtype == DType::kString || tensor::is_packed(dtype)) {
    return join_by_index(parts, axis, joined);
  }
  ARETE_TRY_ASSIGN(Tensor out, Tensor::allocate(dtype, joined));
  const std::size_t width = tensor::bytes_of(dtype, 1);
  const auto outer = static_cast<std::size_t>(joined.elements(0, axis));
  std::byte* to = out.mutable_bytes().data();
  for (std::size_t row = 0; row < outer; ++row) {
    for (const Tensor& part : parts) {
      const Shape& shape = part.shape();
      const std::size_t block =
          static_cast<std::size_t>(shape.elements(axis, shape.rank())) * width;
      if (block > 0) {
        std::memcpy(to, part.bytes().data() + row * block, block);
        to += block;
      }
    }
  }
  return out;
}

Result<Tensor> stacked(std::span<const Tensor> parts, std::size_t axis) {
  std::vector<Tensor> grown;
  for (const Tensor& part : parts) {
    std::vector<std::int64_t> dims = part.shape().dims();
    if (axis > dims.size()) {
      return fail(ErrorCode::kInvalid, "axis {} is outside rank {}", axis, dims.size() + 1);
    }
    dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), 1);
    grown.push_back(part.reshaped(Shape(std::move(dims))));
  }
  return concatenated(grown, axis);
}

std::span<const Operator> joining_family() { return kJoiningRows; }

}  // namespace arete::model::operators
