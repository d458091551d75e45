// Operators that only move elements: reshape, transpose, concatenate, split, slice, pad, tile.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <utility>

#include "model/tflite/families.hpp"

namespace arete::model::tflite {
namespace {

constexpr std::int64_t kSliceEnd = std::numeric_limits<std::int64_t>::max();

/// RESHAPE, SQUEEZE and EXPAND_DIMS; the file's output shape says it all where it is known.
Status reshape(Op& op) {
  ARETE_TRY(op.expect(1));
  if (op.output().shape.elements() != op.shape(0).elements()) {
    return fail(ErrorCode::kUnsupported, "from shape {} to {}, which is not known in the file",
                op.shape(0).text(), op.output().shape.text());
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish({{"Reshape", {x, op.shape_constant(op.output().shape.dims())}, {}}});
}

Status transpose(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const Axes perm, op.axes(1, op.rank(0)));
  Axes sorted = perm;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (perm.size() != op.rank(0) || sorted[i] != static_cast<std::int64_t>(i)) {
      return fail(ErrorCode::kCorrupt, "not a permutation of {} dimensions", op.rank(0));
    }
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish({{"Transpose", {x}, {{"perm", perm}}}});
}

Result<std::int64_t> normal_axis(std::int64_t axis, std::size_t rank) {
  ARETE_TRY_ASSIGN(const std::size_t normal, tensor::normalize_axis(axis, rank));
  return static_cast<std::int64_t>(normal);
}

Status concatenation(Op& op) {
  ARETE_TRY(op.expect(1));
  const auto* options = op.options<fb::ConcatenationOptions>();
  ARETE_TRY_ASSIGN(const std::int64_t axis,
                   normal_axis(options == nullptr ? 0 : options->axis(), op.rank(0)));
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < op.input_count(); ++i) {
    ARETE_TRY_ASSIGN(const ValueId id, op.value(i));
    inputs.push_back(id);
  }
  return op.finish_activated(
      {"Concat", std::move(inputs), {{"axis", axis}}},
      options == nullptr ? fb::ActivationFunctionType::NONE : options->fused_activation_function());
}

Status pack(Op& op) {
  ARETE_TRY(op.expect(1));
  const auto* options = op.options<fb::PackOptions>();
  ARETE_TRY_ASSIGN(const std::int64_t axis,
                   normal_axis(options == nullptr ? 0 : options->axis(), op.rank(0) + 1));
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < op.input_count(); ++i) {
    ARETE_TRY_ASSIGN(const ValueId id, op.value(i));
    Axes dims = op.shape(i).dims();
    if (static_cast<std::size_t>(axis) > dims.size()) {
      return fail(ErrorCode::kCorrupt, "input {} has shape {}", i, op.shape(i).text());
    }
    dims.insert(dims.begin() + axis, 1);
    ValueType type = op.type_of(op.tensor(i));
    type.shape = symbolic(tensor::Shape(dims));
    inputs.push_back(op.emit({"Unsqueeze", {id, op.shape_constant({axis})}, {}}, std::move(type)));
  }
  return op.finish({{"Concat", std::move(inputs), {{"axis", axis}}}});
}

Status unpack(Op& op) {
  ARETE_TRY(op.expect(1));
  const auto* options = op.options<fb::UnpackOptions>();
  ARETE_TRY_ASSIGN(const std::int64_t axis,
                   normal_axis(options == nullptr ? 0 : options->axis(), op.rank(0)));
  ARETE_TRY(op.expect(1, op.output_count()));
  const auto count = static_cast<std::size_t>(op.shape(0)[static_cast<std::size_t>(axis)]);
  if (count != op.output_count()) {
    return fail(ErrorCode::kCorrupt, "{} outputs for {} slices", op.output_count(), count);
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  for (std::size_t i = 0; i < count; ++i) {
    const ValueId at = op.in().add_constant(op.output(i).name + "/index",
                                            tensor::Tensor::scalar(static_cast<std::int64_t>(i)));
    ARETE_TRY(op.finish({{"Gather", {x, at}, {{"axis", axis}}}}, i));
  }
  return {};
}

/// One Slice an output, so that each value keeps its own quantization.
Status split_along(Op& op, std::size_t data, std::int64_t axis, const Axes& sizes) {
  ARETE_TRY(op.expect(1, op.output_count()));
  if (sizes.size() != op.output_count()) {
    return fail(ErrorCode::kCorrupt, "{} parts for {} outputs", sizes.size(), op.output_count());
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.value(data));
  const std::int64_t extent = op.shape(data)[static_cast<std::size_t>(axis)];
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 0 || sizes[i] > extent - begin) {
      return fail(ErrorCode::kCorrupt, "part {} of {} exceeds extent {}", i, sizes[i], extent);
    }
    ARETE_TRY(op.finish({{"Slice",
                          {x, op.shape_constant({begin}), op.shape_constant({begin + sizes[i]}),
                           op.shape_constant({axis})},
                          {}}},
                        i));
    begin += sizes[i];
  }
  return {};
}

Status split(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const Axes axis, op.axes(0, op.rank(1)));
  if (axis.size() != 1) {
    return fail(ErrorCode::kCorrupt, "{} axes", axis.size());
  }
  const std::int64_t extent = op.shape(1)[static_cast<std::size_t>(axis[0])];
  const auto parts = static_cast<std::int64_t>(op.output_count());
  if (extent % parts != 0) {
    return fail(ErrorCode::kCorrupt, "{} parts of extent {}", parts, extent);
  }
  return split_along(op, 1, axis[0], Axes(op.output_count(), extent / parts));
}

Status split_v(Op& op) {
  ARETE_TRY(op.expect(3));
  ARETE_TRY_ASSIGN(Axes sizes, op.integers(1));
  ARETE_TRY_ASSIGN(const Axes axis, op.axes(2, op.rank(0)));
  if (axis.size() != 1) {
    return fail(ErrorCode::kCorrupt, "{} axes", axis.size());
  }
  std::int64_t rest = op.shape(0)[static_cast<std::size_t>(axis[0])];
  for (const std::int64_t size : sizes) {
    rest -= std::max<std::int64_t>(size, 0);
  }
  std::ranges::replace(sizes, std::int64_t{-1}, rest);
  return split_along(op, 0, axis[0], sizes);
}

Status slice(Op& op) {
  ARETE_TRY(op.expect(3));
  ARETE_TRY_ASSIGN(const Axes begins, op.integers(1));
  ARETE_TRY_ASSIGN(const Axes sizes, op.integers(2));
  if (begins.size() != op.rank(0) || sizes.size() != op.rank(0)) {
    return fail(ErrorCode::kCorrupt, "{} begins and {} sizes for {} dimensions", begins.size(),
                sizes.size(), op.rank(0));
  }
  Axes ends;
  Axes axes;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    if (begins[i] < 0 || begins[i] > op.shape(0)[i] || sizes[i] > op.shape(0)[i]) {
      return fail(ErrorCode::kCorrupt, "slice at {} of {} in extent {}", begins[i], sizes[i],
                  op.shape(0)[i]);
    }
    ends.push_back(sizes[i] < 0 ? kSliceEnd : begins[i] + sizes[i]);
    axes.push_back(static_cast<std::int64_t>(i));
  }
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish(
      {{"Slice",
        {x, op.shape_constant(begins), op.shape_constant(ends), op.shape_constant(axes)},
        {}}});
}

/// What STRIDED_SLICE's masks come to, dimension by dimension of the input.
struct StridedPlan {
  Axes begins;
  Axes ends;
  Axes strides;
  Axes axes;
};

// One rule a mask. NOLINTNEXTLINE(readability-function-cognitive-complexity)
Result<StridedPlan> plan_strided_slice(Op& op, const fb::StridedSliceOptions& options) {
  ARETE_TRY_ASSIGN(const Axes begins, op.integers(1));
  ARETE_TRY_ASSIGN(const Axes ends, op.integers(2));
  ARETE_TRY_ASSIGN(const Axes strides, op.integers(3));
  if (options.ellipsis_mask() != 0 || options.new_axis_mask() != 0 || options.offset()) {
    return fail(ErrorCode::kUnsupported, "ellipsis, new axes or relative ends");
  }
  if (begins.size() != ends.size() || begins.size() != strides.size() ||
      begins.size() > op.rank(0) || begins.size() > 31) {
    return fail(ErrorCode::kCorrupt, "{} begins for {} dimensions", begins.size(), op.rank(0));
  }
  StridedPlan plan;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const int bit = 1 << i;
    const bool shrink = (options.shrink_axis_mask() & bit) != 0;
    const std::int64_t stride = shrink ? 1 : strides[i];
    if (stride == 0) {
      return fail(ErrorCode::kCorrupt, "stride 0");
    }
    const bool open_begin = !shrink && (options.begin_mask() & bit) != 0;
    const bool open_end = !shrink && (options.end_mask() & bit) != 0;
    plan.begins.push_back(open_begin ? (stride > 0 ? 0 : kSliceEnd) : begins[i]);
    std::int64_t end = open_end ? (stride > 0 ? kSliceEnd : -kSliceEnd) : ends[i];
    if (shrink) {
      end = begins[i] == -1 ? kSliceEnd : begins[i] + 1;
    }
    plan.ends.push_back(end);
    plan.strides.push_back(stride);
    plan.axes.push_back(static_cast<std::int64_t>(i));
  }
  return plan;
}

Status strided_slice(Op& op) {
  ARETE_TRY(op.expect(4));
  const auto* options = op.options<fb::StridedSliceOptions>();
  if (options == nullptr) {
    return fail(ErrorCode::kCorrupt, "has no options");
  }
  ARETE_TRY_ASSIGN(const StridedPlan plan, plan_strided_slice(op, *options));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  Step step{"Slice",
            {x, op.shape_constant(plan.begins), op.shape_constant(plan.ends),
             op.shape_constant(plan.axes), op.shape_constant(plan.strides)},
            {}};
  if (options->shrink_axis_mask() == 0) {
    return op.finish({std::move(step)});
  }
  Axes dims;  // the output's, and a 1 for each dimension that is dropped
  for (std::size_t i = 0, next = 0; i < op.rank(0); ++i) {
    const bool dropped = i < 31 && (options->shrink_axis_mask() & (1 << i)) != 0;
    if (!dropped && next == op.output().shape.rank()) {
      return fail(ErrorCode::kCorrupt, "output shape {}", op.output().shape.text());
    }
    dims.push_back(dropped ? 1 : op.output().shape[next++]);
  }
  ValueType type{op.output().dtype(), symbolic(tensor::Shape(std::move(dims))),
                 op.output().quantization};
  const ValueId sliced = op.emit(std::move(step), std::move(type));
  return op.finish({{"Reshape", {sliced, op.shape_constant(op.output().shape.dims())}, {}}});
}

/// [rank, 2] rows of TFLite to ONNX's begins, then ends.
Result<Axes> read_pads(Op& op) {
  ARETE_TRY_ASSIGN(const Axes rows, op.integers(1));
  const std::size_t rank = op.rank(0);
  if (rows.size() != 2 * rank) {
    return fail(ErrorCode::kCorrupt, "{} pads for {} dimensions", rows.size(), rank);
  }
  Axes pads(2 * rank);
  for (std::size_t i = 0; i < rank; ++i) {
    pads[i] = rows[2 * i];
    pads[i + rank] = rows[2 * i + 1];
  }
  for (const std::int64_t pad : pads) {
    if (pad < 0 || pad > (std::int64_t{1} << 31)) {
      return fail(ErrorCode::kCorrupt, "pad of {}", pad);
    }
  }
  return pads;
}

Status pad(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const Axes pads, read_pads(op));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  std::vector<ValueId> inputs = {x, op.shape_constant(pads)};
  if (op.has(2)) {
    if (op.tensor(2).shape.elements() != 1) {
      return fail(ErrorCode::kCorrupt, "pad value of shape {}", op.tensor(2).shape.text());
    }
    ARETE_TRY_ASSIGN(ValueId value, op.value(2));
    if (op.rank(2) != 0) {
      ValueType type = op.type_of(op.tensor(2));
      type.shape = SymbolicShape{};
      value = op.emit({"Reshape", {value, op.shape_constant({})}, {}}, std::move(type));
    }
    inputs.push_back(value);
  }
  return op.finish({{"Pad", std::move(inputs), {{"mode", std::string("constant")}}}});
}

Status mirror_pad(Op& op) {
  ARETE_TRY(op.expect(2));
  const auto* options = op.options<fb::MirrorPadOptions>();
  if (options == nullptr || options->mode() != fb::MirrorPadMode::REFLECT) {
    return fail(ErrorCode::kUnsupported, "symmetric mirror padding");
  }
  ARETE_TRY_ASSIGN(const Axes pads, read_pads(op));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish({{"Pad", {x, op.shape_constant(pads)}, {{"mode", std::string("reflect")}}}});
}

Status tile(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const Axes repeats, op.integers(1));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish({{"Tile", {x, op.shape_constant(repeats)}, {}}});
}

Status broadcast_to(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const Axes dims, op.integers(1));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish({{"Expand", {x, op.shape_constant(dims)}, {}}});
}

Status fill(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const Axes dims, op.integers(0));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(1));
  return op.finish({{"Expand", {x, op.shape_constant(dims)}, {}}});
}

Status reverse(Op& op) {
  ARETE_TRY(op.expect(2));
  ARETE_TRY_ASSIGN(const Axes axes, op.axes(1, op.rank(0)));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish({{"Slice",
                     {x, op.shape_constant(Axes(axes.size(), -1)),
                      op.shape_constant(Axes(axes.size(), -kSliceEnd)), op.shape_constant(axes),
                      op.shape_constant(Axes(axes.size(), -1))},
                     {}}});
}

constexpr TranslationRow kShapingRows[] = {
    {2, concatenation},  {22, reshape},  {34, pad},           {39, transpose}, {43, reshape},
    {45, strided_slice}, {49, split},    {60, pad},           {65, slice},     {69, tile},
    {70, reshape},       {83, pack},     {88, unpack},        {94, fill},      {100, mirror_pad},
    {102, split_v},      {105, reverse}, {130, broadcast_to},
};

}  // namespace

std::span<const TranslationRow> shaping_rows() { return kShapingRows; }

}  // namespace arete::model::tflite
