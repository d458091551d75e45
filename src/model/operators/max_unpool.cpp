// MaxUnpool: values go back to where MaxPool took them from.
// SPDX-License-Identifier: Apache-2.0

#include "model/operators/pooling.hpp"
#include "model/operators/rules.hpp"
#include "model/operators/window.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

/// The extents that a pooling with these attributes would have had as input.
Result<Shape> unpooled_shape(const Node& node, const Shape& x) {
  ARETE_TRY(require_rank("input", x, 3, 16));
  const std::size_t rank = x.rank() - 2;
  ARETE_TRY_ASSIGN(const auto attributes, window_attributes(node, rank));
  Shape shape = x;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::int64_t extent = (x[axis + 2] - 1) * attributes.strides[axis] +
                                attributes.kernel[axis] - attributes.pads[axis] -
                                attributes.pads[axis + rank];
    if (extent < 0) {
      return fail(ErrorCode::kInvalid, "pads exceed the unpooled extent of axis {}", axis + 2);
    }
    shape[axis + 2] = extent;
  }
  return shape;
}

/// Copies `from` into the corner of a larger tensor of zeros.
Result<Numbers> placed_in_corner(const Numbers& from, const Shape& shape) {
  if (shape.rank() != from.rank()) {
    return fail(ErrorCode::kInvalid, "output_shape {} does not fit {}", shape.text(),
                from.shape.text());
  }
  ARETE_TRY_ASSIGN(Numbers out, zero_numbers(from.dtype, shape));
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] < from.shape[axis]) {
      return fail(ErrorCode::kInvalid, "output_shape {} is smaller than {}", shape.text(),
                  from.shape.text());
    }
  }
  const auto strides = tensor::row_major_strides(shape);
  std::vector<std::int64_t> position(shape.rank(), 0);
  for (std::int64_t i = 0; i < from.size(); ++i) {
    std::int64_t at = 0;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
      at += position[axis] * strides[axis];
    }
    out[at] = from[i];
    next_position(from.shape, position);
  }
  return out;
}

}  // namespace

Outputs max_unpool_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const auto indices, integers_input(context, 1));
  if (static_cast<std::int64_t>(indices.size()) != x.size()) {
    return fail(ErrorCode::kInvalid, "{} indices for {} values", indices.size(), x.size());
  }
  ARETE_TRY_ASSIGN(Shape shape, unpooled_shape(context.node(), x.shape));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, shape));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t at = indices[static_cast<std::size_t>(i)];
    if (at < 0 || at >= y.size()) {
      return fail(ErrorCode::kInvalid, "index {} is outside the unpooled {}", at, shape.text());
    }
    y[at] = x[i];
  }
  if (!context.has_input(2)) {
    return outputs_of(y.tensor());
  }
  ARETE_TRY_ASSIGN(auto wanted, integers_input(context, 2));
  ARETE_TRY_ASSIGN(const Numbers placed, placed_in_corner(y, Shape(std::move(wanted))));
  return outputs_of(placed.tensor());
}

Status max_unpool_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  if (context.has_input(2)) {
    if (const auto wanted = constant_integers(context, 2)) {
      context.set_output(0, x.dtype, symbolic(Shape(*wanted)));
    }
    return {};
  }
  const auto known = x.shape ? concrete(*x.shape) : std::nullopt;
  if (known) {
    ARETE_TRY_ASSIGN(const Shape shape, unpooled_shape(context.node(), *known));
    context.set_output(0, x.dtype, symbolic(shape));
  }
  return {};
}

}  // namespace arete::model::operators
