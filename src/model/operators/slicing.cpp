// Windows into a tensor, or frames around it: Slice, Pad, CenterCropPad. Each builds, for every
// axis, the table of source coordinates that the output reads.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include "model/operators/broadcast.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;
using Integers = std::vector<std::int64_t>;
using Tables = std::vector<Integers>;

// --- Slice ---

/// The coordinates that [start, end) with `step` takes of an axis, clamped as NumPy does.
struct SliceRange {
  std::int64_t start;
  std::int64_t step;
  std::int64_t count;
};

SliceRange slice_range(std::int64_t extent, std::int64_t start, std::int64_t end,
                       std::int64_t step) {
  const std::int64_t lowest = step > 0 ? 0 : -1;
  const std::int64_t highest = step > 0 ? extent : extent - 1;
  const auto clamped = [&](std::int64_t at) {
    return std::clamp(at < 0 && at >= -extent ? at + extent : (at < 0 ? lowest : at), lowest,
                      highest);
  };
  start = clamped(start);
  end = clamped(end);
  const std::int64_t span = step > 0 ? end - start : start - end;
  // A step as large as 2^63 takes one element; -2^63 has no positive twin.
  const std::int64_t size = step > 0 ? step : (step == INT64_MIN ? INT64_MAX : -step);
  return {start, step, span > 0 ? (span - 1) / size + 1 : 0};
}

struct SliceArguments {
  Integers starts;
  Integers ends;
  std::vector<std::size_t> axes;
  Integers steps;
};

Result<SliceArguments> slice_arguments(std::size_t rank, Integers starts, Integers ends,
                                       std::optional<Integers> axes,
                                       const std::optional<Integers>& steps) {
  if (!axes) {
    axes = whole_axis(static_cast<std::int64_t>(starts.size()));
  }
  ARETE_TRY_ASSIGN(auto normalized, normalize_axes(*axes, rank));
  Integers strides = steps.value_or(Integers(starts.size(), 1));
  if (ends.size() != starts.size() || normalized.size() != starts.size() ||
      strides.size() != starts.size()) {
    return fail(ErrorCode::kInvalid, "{} starts, {} ends, {} axes, {} steps", starts.size(),
                ends.size(), normalized.size(), strides.size());
  }
  if (std::ranges::find(strides, 0) != strides.end()) {
    return fail(ErrorCode::kInvalid, "a step is 0");
  }
  return SliceArguments{std::move(starts), std::move(ends), std::move(normalized),
                        std::move(strides)};
}

Result<std::vector<Datum>> slice_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(auto starts, integers_from(context, 1, "starts"));
  ARETE_TRY_ASSIGN(auto ends, integers_from(context, 2, "ends"));
  ARETE_TRY_ASSIGN(auto axes, integers_from(context, 3, "axes"));
  ARETE_TRY_ASSIGN(auto steps, integers_from(context, 4, "steps"));
  if (!starts || !ends) {
    return fail(ErrorCode::kInvalid, "starts or ends are missing");
  }
  ARETE_TRY_ASSIGN(const SliceArguments slice,
                   slice_arguments(x->shape().rank(), std::move(*starts), std::move(*ends),
                                   std::move(axes), steps));
  Shape shape = x->shape();
  std::vector<std::int64_t> strides = row_major_strides(x->shape());
  std::int64_t base = 0;
  for (std::size_t i = 0; i < slice.axes.size(); ++i) {
    const std::size_t axis = slice.axes[i];
    const SliceRange range =
        slice_range(x->shape()[axis], slice.starts[i], slice.ends[i], slice.steps[i]);
    shape[axis] = range.count;
    base += range.start * strides[axis];
    strides[axis] = range.count > 1 ? strides[axis] * range.step : 0;
  }
  ARETE_TRY_ASSIGN(Tensor out, pick(*x, shape, strided_indices(shape, strides, base)));
  return one(std::move(out));
}

/// The sliced part of a vector of extents.
void slice_elements(const ShapeFacts& x, const SliceArguments& slice, ShapeFacts& out) {
  if (!x.elements || slice.axes.size() != 1 || slice.axes[0] != 0) {
    return;
  }
  const auto extent = static_cast<std::int64_t>(x.elements->size());
  const SliceRange range = slice_range(extent, slice.starts[0], slice.ends[0], slice.steps[0]);
  std::vector<Dim> taken;
  for (std::int64_t i = 0; i < range.count; ++i) {
    taken.push_back((*x.elements)[static_cast<std::size_t>(range.start + i * range.step)]);
  }
  out.elements = std::move(taken);
}

Status slice_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  if (!x.shape) {
    return {};
  }
  const KnownIntegers starts = integers_from(context, 1, "starts");
  const KnownIntegers ends = integers_from(context, 2, "ends");
  const KnownIntegers axes = integers_from(context, 3, "axes");
  const KnownIntegers steps = integers_from(context, 4, "steps");
  SymbolicShape shape = *x.shape;
  if (!starts.values || !ends.values || (axes.given && !axes.values) ||
      (steps.given && !steps.values)) {
    // Only the named axes change, if we know them.
    if (axes.values) {
      ARETE_TRY_ASSIGN(const auto changed, normalize_axes(*axes.values, shape.size()));
      for (const std::size_t axis : changed) {
        shape[axis] = Dim();
      }
    } else {
      shape = unknown_dims(shape.size());
    }
    context.set_output(0, x.dtype, std::move(shape));
    return {};
  }
  ARETE_TRY_ASSIGN(
      const SliceArguments slice,
      slice_arguments(shape.size(), *starts.values, *ends.values, axes.values, steps.values));
  for (std::size_t i = 0; i < slice.axes.size(); ++i) {
    Dim& dim = shape[slice.axes[i]];
    if (dim.known()) {
      dim = Dim(slice_range(dim.size(), slice.starts[i], slice.ends[i], slice.steps[i]).count);
    } else if (slice.starts[i] != 0 || slice.steps[i] != 1 || slice.ends[i] < INT32_MAX) {
      dim = Dim();
    }
  }
  context.set_output(0, x.dtype, std::move(shape));
  slice_elements(x, slice, context.outputs()[0]);
  return {};
}

// --- Pad ---

struct PadArguments {
  Integers before;  ///< by axis of the input
  Integers after;
};

Result<PadArguments> pad_arguments(std::size_t rank, const Integers& pads,
                                   const std::optional<Integers>& axes) {
  const Integers wanted = axes.value_or(whole_axis(static_cast<std::int64_t>(rank)));
  ARETE_TRY_ASSIGN(const auto normalized, normalize_axes(wanted, rank));
  if (pads.size() != 2 * normalized.size()) {
    return fail(ErrorCode::kInvalid, "{} pads for {} axes", pads.size(), normalized.size());
  }
  PadArguments arguments{Integers(rank, 0), Integers(rank, 0)};
  for (std::size_t i = 0; i < normalized.size(); ++i) {
    arguments.before[normalized[i]] = pads[i];
    arguments.after[normalized[i]] = pads[normalized.size() + i];
  }
  return arguments;
}

/// The source coordinate of one padded coordinate; -1 = the constant.
std::int64_t padded_coordinate(std::int64_t at, std::int64_t extent, const std::string& mode) {
  if (at >= 0 && at < extent) {
    return at;
  }
  if (mode == "constant") {
    return -1;
  }
  if (mode == "edge") {
    return std::clamp<std::int64_t>(at, 0, extent - 1);
  }
  if (mode == "wrap") {
    return ((at % extent) + extent) % extent;
  }
  const std::int64_t period = std::max<std::int64_t>(2 * (extent - 1), 1);
  const std::int64_t inside = ((at % period) + period) % period;
  return inside < extent ? inside : period - inside;
}

Result<Tables> pad_tables(const Shape& shape, const PadArguments& pads, const std::string& mode) {
  if (mode != "constant" && mode != "edge" && mode != "wrap" && mode != "reflect") {
    return fail(ErrorCode::kInvalid, "mode '{}' is not known", mode);
  }
  constexpr std::int64_t kMaxPad = std::int64_t{1} << 31;
  Tables tables;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t before = pads.before[axis];
    const std::int64_t after = pads.after[axis];
    const bool in_range = std::max(std::abs(before), std::abs(after)) <= kMaxPad;
    const std::int64_t extent = in_range ? shape[axis] + before + after : -1;
    if (extent < 0 || (mode != "constant" && shape[axis] == 0 && extent > 0)) {
      return fail(ErrorCode::kInvalid, "pads {} and {} on axis {} of {}", before, after, axis,
                  shape.text());
    }
    Integers table(static_cast<std::size_t>(extent));
    for (std::int64_t i = 0; i < extent; ++i) {
      table[static_cast<std::size_t>(i)] = padded_coordinate(i - before, shape[axis], mode);
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

Result<std::vector<Datum>> pad_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const auto pads, integers_from(context, 1, "pads"));
  ARETE_TRY_ASSIGN(const auto axes, integers_from(context, 3, "axes"));
  if (!pads) {
    return fail(ErrorCode::kInvalid, "no pads are given");
  }
  ARETE_TRY_ASSIGN(const PadArguments arguments, pad_arguments(x->shape().rank(), *pads, axes));
  ARETE_TRY_ASSIGN(const Tables tables,
                   pad_tables(x->shape(), arguments, context.node().string_or("mode", "constant")));
  const Shape shape = table_shape(tables);
  ARETE_TRY(tensor::checked_elements(shape.dims()));
  std::optional<Tensor> fill;
  if (const Tensor* value = context.optional_input(2)) {
    if (value->elements() != 1 || value->dtype() != x->dtype()) {
      return fail(ErrorCode::kInvalid, "the constant value is {} of shape {}",
                  tensor::name_of(value->dtype()), value->shape().text());
    }
    fill = *value;
  } else if (const float* number = context.node().attribute<float>("value")) {
    ARETE_TRY_ASSIGN(fill, tensor_from(x->dtype(), Shape{}, std::span<const float>(number, 1)));
  }
  ARETE_TRY_ASSIGN(Tensor out,
                   pick(*x, shape, table_indices(x->shape(), tables), fill ? &*fill : nullptr));
  return one(std::move(out));
}

Status pad_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  if (!x.shape) {
    return {};
  }
  const KnownIntegers pads = integers_from(context, 1, "pads");
  const KnownIntegers axes = integers_from(context, 3, "axes");
  SymbolicShape shape = unknown_dims(x.shape->size());
  if (pads.values && (!axes.given || axes.values)) {
    ARETE_TRY_ASSIGN(const PadArguments arguments,
                     pad_arguments(shape.size(), *pads.values, axes.values));
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      const Dim& dim = (*x.shape)[axis];
      const std::int64_t grown = arguments.before[axis] + arguments.after[axis];
      if (dim.known()) {
        shape[axis] = Dim(std::max<std::int64_t>(dim.size() + grown, 0));
      } else if (grown == 0) {
        shape[axis] = dim;
      }
    }
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

// --- CenterCropPad ---

/// Crops or pads each named axis to its target around the middle; the odd one goes to the end.
Tables center_tables(const Shape& shape, const std::vector<std::size_t>& axes,
                     const Integers& target) {
  Tables tables;
  for (const std::int64_t extent : shape) {
    tables.push_back(whole_axis(extent));
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t extent = shape[axes[i]];
    const std::int64_t first =
        extent >= target[i] ? (extent - target[i]) / 2 : -((target[i] - extent) / 2);
    Integers table(static_cast<std::size_t>(target[i]));
    for (std::int64_t o = 0; o < target[i]; ++o) {
      const std::int64_t at = first + o;
      table[static_cast<std::size_t>(o)] = at >= 0 && at < extent ? at : -1;
    }
    tables[axes[i]] = std::move(table);
  }
  return tables;
}

Result<std::vector<std::size_t>> center_axes(const Node& node, std::size_t rank,
                                             std::size_t targets) {
  const Integers axes = node.integers_or("axes", whole_axis(static_cast<std::int64_t>(rank)));
  if (axes.size() != targets) {
    return fail(ErrorCode::kInvalid, "{} extents for {} axes", targets, axes.size());
  }
  return normalize_axes(axes, rank);
}

Result<std::vector<Datum>> center_crop_pad_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* wanted, context.input(1));
  ARETE_TRY_ASSIGN(const Integers target, integers_of(*wanted));
  ARETE_TRY(tensor::checked_elements(target));
  ARETE_TRY_ASSIGN(const auto axes, center_axes(context.node(), x->shape().rank(), target.size()));
  Shape shape = x->shape();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    shape[axes[i]] = target[i];
  }
  ARETE_TRY(Tensor::allocate(x->dtype(), shape));
  const Tables tables = center_tables(x->shape(), axes, target);
  ARETE_TRY_ASSIGN(Tensor out, pick(*x, shape, table_indices(x->shape(), tables)));
  return one(std::move(out));
}

Status center_crop_pad_rule(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  if (!x.shape) {
    return {};
  }
  SymbolicShape shape = unknown_dims(x.shape->size());
  if (const auto& target = context.input(1).elements) {
    ARETE_TRY_ASSIGN(const auto axes, center_axes(context.node(), shape.size(), target->size()));
    shape = *x.shape;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      shape[axes[i]] = (*target)[i];
    }
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

constexpr std::array kSlicingRows = {
    Operator{"", "Slice", 1, 1, 5, slice_kernel, slice_rule},
    Operator{"", "Pad", 2, 1, 4, pad_kernel, pad_rule},
    Operator{"", "CenterCropPad", 18, 2, 2, center_crop_pad_kernel, center_crop_pad_rule},
};

}  // namespace

std::span<const Operator> slicing_family() { return kSlicingRows; }

}  // namespace arete::model::operators
