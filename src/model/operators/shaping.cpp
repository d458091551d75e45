// Operators that change what a tensor's shape says, or speak of it, and leave its elements alone.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

// --- Reshape ---

/// 0 copies the input's extent (unless allowzero), -1 takes what is left.
Result<Shape> reshape_target(const Shape& from, std::vector<std::int64_t> wanted, bool allow_zero) {
  std::int64_t known = 1;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && !allow_zero) {
      if (i >= from.rank()) {
        return fail(ErrorCode::kInvalid, "shape entry {} is 0, the input has rank {}", i,
                    from.rank());
      }
      wanted[i] = from[i];
    }
    if (wanted[i] == -1 && !open) {
      open = i;
    } else if (wanted[i] < 0 || __builtin_mul_overflow(known, wanted[i], &known)) {
      return fail(ErrorCode::kInvalid, "shape {} cannot be taken", Shape(wanted).text());
    }
  }
  if (open) {
    if (known == 0 || from.elements() % known != 0) {
      return fail(ErrorCode::kInvalid, "shape {} does not fit {}", Shape(wanted).text(),
                  from.text());
    }
    wanted[*open] = from.elements() / known;
    known *= wanted[*open];
  }
  if (known != from.elements()) {
    return fail(ErrorCode::kInvalid, "shape {} does not fit {}", Shape(wanted).text(), from.text());
  }
  return Shape(std::move(wanted));
}

Result<std::vector<Datum>> reshape_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(auto wanted, integers_from(context, 1, "shape"));
  if (!wanted) {
    return fail(ErrorCode::kInvalid, "no shape is given");
  }
  ARETE_TRY_ASSIGN(Shape shape, reshape_target(x->shape(), std::move(*wanted),
                                               context.node().integer_or("allowzero", 0) != 0));
  return one(x->reshaped(std::move(shape)));
}

/// The wanted extents, symbols included; an entry that is unknown may be -1 or anything.
std::optional<std::vector<Dim>> wanted_dims(const ShapeContext& context, bool& has_open) {
  const KnownIntegers wanted = integers_from(context, 1, "shape");
  const ShapeFacts& x = context.input(0);
  const bool allow_zero = context.node().integer_or("allowzero", 0) != 0;
  std::vector<Dim> dims;
  if (!wanted.values && !context.input(1).elements) {
    return std::nullopt;
  }
  const std::size_t rank =
      wanted.values ? wanted.values->size() : context.input(1).elements->size();
  for (std::size_t i = 0; i < rank; ++i) {
    const Dim dim = wanted.values ? Dim((*wanted.values)[i]) : (*context.input(1).elements)[i];
    if (dim.known() && dim.size() == 0 && !allow_zero) {
      dims.push_back(x.shape && i < x.shape->size() ? (*x.shape)[i] : Dim());
    } else {
      has_open = has_open || dim.size() == -1;
      dims.push_back(dim.known() || !dim.symbol().empty() ? dim : Dim());
    }
  }
  return dims;
}

/// Fills the one unknown of `dims` from the number of elements: symbols that stand on both sides
/// cancel.
void solve_open(const SymbolicShape& from, std::vector<Dim>& dims) {
  const auto open = std::ranges::find(dims, Dim());
  if (open == dims.end() || std::find(open + 1, dims.end(), Dim()) != dims.end()) {
    return;
  }
  std::vector<std::string> left;
  std::int64_t numerator = 1;
  for (const Dim& dim : from) {
    if (dim == Dim() ||
        (dim.known() && __builtin_mul_overflow(numerator, dim.size(), &numerator))) {
      return;
    }
    if (!dim.known()) {
      left.push_back(dim.symbol());
    }
  }
  std::int64_t denominator = 1;
  for (const Dim& dim : dims) {
    if (dim.known() && __builtin_mul_overflow(denominator, dim.size(), &denominator)) {
      return;
    }
    if (!dim.known() && !dim.symbol().empty()) {
      const auto same = std::ranges::find(left, dim.symbol());
      if (same == left.end()) {
        return;
      }
      left.erase(same);
    }
  }
  if (denominator <= 0 || numerator % denominator != 0) {
    return;
  }
  if (left.empty()) {
    *open = Dim(numerator / denominator);
  } else if (left.size() == 1 && numerator == denominator) {
    *open = Dim(left.front());
  }
}

Status reshape_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  const KnownIntegers wanted = integers_from(context, 1, "shape");
  const auto whole = x.shape ? concrete(*x.shape) : std::nullopt;
  if (wanted.values && whole) {
    ARETE_TRY(tensor::checked_elements(whole->dims()));
    ARETE_TRY_ASSIGN(
        const Shape shape,
        reshape_target(*whole, *wanted.values, context.node().integer_or("allowzero", 0) != 0));
    context.set_output(0, x.dtype, symbolic(shape));
  } else {
    bool has_open = false;
    auto dims = wanted_dims(context, has_open);
    if (!dims) {
      const auto& count = context.input(1).shape;
      if (count && count->size() == 1 && (*count)[0].known() && (*count)[0].size() <= 64) {
        context.set_output(0, x.dtype, unknown_dims(static_cast<std::size_t>((*count)[0].size())));
      }
      return {};
    }
    if (has_open && x.shape) {
      solve_open(*x.shape, *dims);
    }
    context.set_output(0, x.dtype, std::move(dims));
  }
  context.outputs()[0].elements = x.elements;
  return {};
}

// --- Flatten, Squeeze, Unsqueeze ---

Result<std::size_t> flatten_axis(const Node& node, std::size_t rank) {
  const std::int64_t axis = node.integer_or("axis", 1);
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis > signed_rank) {
    return fail(ErrorCode::kInvalid, "axis {} is outside a tensor of rank {}", axis, rank);
  }
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

Result<std::vector<Datum>> flatten_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  const std::size_t rank = x->shape().rank();
  ARETE_TRY_ASSIGN(const std::size_t axis, flatten_axis(context.node(), rank));
  return one(x->reshaped(Shape{x->shape().elements(0, axis), x->shape().elements(axis, rank)}));
}

Status flatten_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  SymbolicShape shape(2);
  if (x.shape) {
    ARETE_TRY_ASSIGN(const std::size_t axis, flatten_axis(context.node(), x.shape->size()));
    const std::span<const Dim> dims(*x.shape);
    shape = {product(dims.first(axis)), product(dims.subspan(axis))};
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

/// Which axes Squeeze drops; without a list, all of extent 1.
Result<std::vector<std::size_t>> squeezed_axes(
    const Shape& shape, const std::optional<std::vector<std::int64_t>>& axes) {
  if (axes) {
    ARETE_TRY_ASSIGN(auto normalized, normalize_axes(*axes, shape.rank()));
    for (const std::size_t axis : normalized) {
      if (shape[axis] != 1) {
        return fail(ErrorCode::kInvalid, "axis {} of {} is not 1", axis, shape.text());
      }
    }
    return normalized;
  }
  std::vector<std::size_t> ones;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) {
      ones.push_back(axis);
    }
  }
  return ones;
}

template <class Dims>
Dims without_axes(const Dims& dims, const std::vector<std::size_t>& axes) {
  Dims kept;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (std::ranges::find(axes, axis) == axes.end()) {
      kept.push_back(dims[axis]);
    }
  }
  return kept;
}

template <class Dims>
Dims with_ones(const Dims& dims, const std::vector<std::size_t>& axes) {
  Dims grown;
  std::size_t next = 0;
  for (std::size_t axis = 0; axis < dims.size() + axes.size(); ++axis) {
    if (std::ranges::find(axes, axis) != axes.end()) {
      grown.emplace_back(std::int64_t{1});
    } else {
      grown.push_back(dims[next++]);
    }
  }
  return grown;
}

Result<std::vector<Datum>> squeeze_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const auto axes, integers_from(context, 1, "axes"));
  ARETE_TRY_ASSIGN(const auto dropped, squeezed_axes(x->shape(), axes));
  return one(x->reshaped(Shape(without_axes(x->shape().dims(), dropped))));
}

Status squeeze_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  const KnownIntegers axes = integers_from(context, 1, "axes");
  if (!x.shape || (axes.given && !axes.values)) {
    return {};
  }
  if (axes.values) {
    ARETE_TRY_ASSIGN(const auto dropped, normalize_axes(*axes.values, x.shape->size()));
    context.set_output(0, x.dtype, without_axes(*x.shape, dropped));
  } else if (const auto whole = concrete(*x.shape)) {
    ARETE_TRY_ASSIGN(const auto dropped, squeezed_axes(*whole, std::nullopt));
    context.set_output(0, x.dtype, without_axes(*x.shape, dropped));
  }
  context.outputs()[0].elements = x.elements;
  return {};
}

Result<std::vector<Datum>> unsqueeze_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const auto axes, integers_from(context, 1, "axes"));
  if (!axes) {
    return fail(ErrorCode::kInvalid, "no axes are given");
  }
  ARETE_TRY_ASSIGN(const auto added, normalize_axes(*axes, x->shape().rank() + axes->size()));
  return one(x->reshaped(Shape(with_ones(x->shape().dims(), added))));
}

Status unsqueeze_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  const KnownIntegers axes = integers_from(context, 1, "axes");
  if (!x.shape || !axes.values) {
    return {};
  }
  ARETE_TRY_ASSIGN(const auto added,
                   normalize_axes(*axes.values, x.shape->size() + axes.values->size()));
  context.set_output(0, x.dtype, with_ones(*x.shape, added));
  context.outputs()[0].elements = x.elements;
  return {};
}

// --- Shape, Size, Identity ---

struct AxisRange {
  std::size_t first;
  std::size_t last;
};

/// `start` and `end` of Shape: out-of-range values are clamped.
AxisRange shape_range(const Node& node, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  const auto clamped = [&](std::int64_t axis) {
    return std::clamp<std::int64_t>(axis < 0 ? axis + signed_rank : axis, 0, signed_rank);
  };
  const std::int64_t first = clamped(node.integer_or("start", 0));
  const std::int64_t last = clamped(node.integer_or("end", signed_rank));
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(std::max(first, last))};
}

Result<std::vector<Datum>> shape_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  const AxisRange range = shape_range(context.node(), x->shape().rank());
  const std::vector<std::int64_t>& dims = x->shape().dims();
  const auto count = static_cast<std::int64_t>(range.last - range.first);
  return one(Tensor::of<std::int64_t>(
      Shape{count}, std::span(dims).subspan(range.first, range.last - range.first)));
}

Status shape_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, DType::kI64, unknown_dims(1));
  if (x.shape) {
    const AxisRange range = shape_range(context.node(), x.shape->size());
    std::vector<Dim> dims(x.shape->begin() + static_cast<std::ptrdiff_t>(range.first),
                          x.shape->begin() + static_cast<std::ptrdiff_t>(range.last));
    context.set_output(0, DType::kI64, SymbolicShape{Dim(static_cast<std::int64_t>(dims.size()))});
    context.outputs()[0].elements = std::move(dims);
  }
  return {};
}

Result<std::vector<Datum>> size_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  return one(Tensor::scalar<std::int64_t>(x->elements()));
}

Status size_rule(ShapeContext& context) {
  context.set_output(0, DType::kI64, SymbolicShape());
  if (context.input(0).shape) {
    context.outputs()[0].elements = {product(*context.input(0).shape)};
  }
  return {};
}

/// Passes sequences and optionals on too.
Result<std::vector<Datum>> identity_kernel(KernelContext& context) {
  return std::vector<Datum>{context.data()[0]};
}

Status identity_rule(ShapeContext& context) {
  context.outputs()[0] = context.input(0);
  return {};
}

constexpr std::array kShapingRows = {
    Operator{"", "Reshape", 1, 1, 2, reshape_kernel, reshape_rule},
    Operator{"", "Flatten", 1, 1, 1, flatten_kernel, flatten_rule},
    Operator{"", "Squeeze", 1, 1, 2, squeeze_kernel, squeeze_rule},
    Operator{"", "Unsqueeze", 1, 1, 2, unsqueeze_kernel, unsqueeze_rule},
    Operator{"", "Shape", 1, 1, 1, shape_kernel, shape_rule},
    Operator{"", "Size", 1, 1, 1, size_kernel, size_rule},
    Operator{"", "Identity", 1, 1, 1, identity_kernel, identity_rule},
};

}  // namespace

std::span<const Operator> shaping_family() { return kShapingRows; }

}  // namespace arete::model::operators
