// The family of resizing: Resize (opset 10 and since 11) and the older Upsample.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/numbers.hpp"
#include "model/operators/resampling.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

Result<ResizeRule> resize_rule(const Node& node) {
  ResizeRule rule;
  const std::string mode = node.string_or("mode", "nearest");
  if (mode != "nearest" && mode != "linear" && mode != "bilinear" && mode != "cubic") {
    return fail(ErrorCode::kInvalid, "mode '{}' is unknown", mode);
  }
  rule.mode = mode == "cubic"     ? ResizeMode::kCubic
              : mode == "nearest" ? ResizeMode::kNearest
                                  : ResizeMode::kLinear;
  rule.coordinates = node.string_or("coordinate_transformation_mode", "half_pixel");
  rule.nearest = node.string_or("nearest_mode", "round_prefer_floor");
  rule.cubic_a = node.float_or("cubic_coeff_a", -0.75F);
  rule.antialias = node.integer_or("antialias", 0) != 0;
  rule.exclude_outside = node.integer_or("exclude_outside", 0) != 0;
  return rule;
}

Status set_scale(ResizeAxis& axis, float scale) {
  if (!(scale > 0) || !std::isfinite(scale)) {
    return fail(ErrorCode::kInvalid, "scale {} is not a positive number", scale);
  }
  axis.scale = scale;
  const float length = std::floor(static_cast<float>(axis.input) * scale);
  if (length >= 2147483648.0F) {
    return fail(ErrorCode::kNoSpace, "scale {} makes axis of {} too long", scale, axis.input);
  }
  axis.output = static_cast<std::int64_t>(length);
  return {};
}

std::vector<ResizeAxis> unscaled_axes(const Shape& shape) {
  std::vector<ResizeAxis> axes;
  for (const std::int64_t extent : shape) {
    axes.push_back({.input = extent, .output = extent});
  }
  return axes;
}

Status set_scales(std::vector<ResizeAxis>& axes, std::span<const std::size_t> which,
                  std::span<const float> scales) {
  if (scales.size() != which.size()) {
    return fail(ErrorCode::kInvalid, "{} scales for {} axes", scales.size(), which.size());
  }
  for (std::size_t i = 0; i < which.size(); ++i) {
    ARETE_TRY(set_scale(axes[which[i]], scales[i]), "axis {}", which[i]);
  }
  return {};
}

/// Sizes, bent to one common scale if the policy keeps the aspect ratio.
Status set_sizes(std::vector<ResizeAxis>& axes, std::span<const std::size_t> which,
                 std::span<const std::int64_t> sizes, const std::string& policy) {
  if (sizes.size() != which.size()) {
    return fail(ErrorCode::kInvalid, "{} sizes for {} axes", sizes.size(), which.size());
  }
  double smallest = 0;
  double largest = 0;
  for (std::size_t i = 0; i < which.size(); ++i) {
    ResizeAxis& axis = axes[which[i]];
    if (sizes[i] < 0 || sizes[i] >= (std::int64_t{1} << 31) || axis.input < 1) {
      return fail(ErrorCode::kInvalid, "axis {} cannot go from {} to {}", which[i], axis.input,
                  sizes[i]);
    }
    axis.output = sizes[i];
    axis.scale = static_cast<double>(sizes[i]) / static_cast<double>(axis.input);
    smallest = i == 0 ? axis.scale : std::min(smallest, axis.scale);
    largest = std::max(largest, axis.scale);
  }
  if (policy == "stretch") {
    return {};
  }
  if (policy != "not_larger" && policy != "not_smaller") {
    return fail(ErrorCode::kInvalid, "keep_aspect_ratio_policy '{}' is unknown", policy);
  }
  for (const std::size_t at : which) {
    axes[at].scale = policy == "not_larger" ? smallest : largest;
    axes[at].output = static_cast<std::int64_t>(
        std::floor(axes[at].scale * static_cast<double>(axes[at].input) + 0.5));
  }
  return {};
}

Result<Numbers> resized(const Numbers& x, const ResizeRule& rule,
                        const std::vector<ResizeAxis>& axes, double extrapolation) {
  Shape shape = x.shape;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    shape[i] = axes[i].output;
  }
  ARETE_TRY_ASSIGN(const std::int64_t count, result_elements(shape));
  if (count == 0 || x.size() == 0) {
    return zero_numbers(x.dtype, shape);
  }
  Numbers y = x;
  std::vector<std::vector<bool>> outside(axes.size());
  bool any_outside = false;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const ResizeAxis& axis = axes[i];
    const bool whole = axis.roi_start == 0 && axis.roi_end == 1;
    if (axis.input == axis.output && axis.scale == 1 && whole) {
      continue;
    }
    ARETE_TRY_ASSIGN(ResampleTable table, resample_table(rule, axis));
    ARETE_TRY_ASSIGN(y, resampled(y, i, axis.output, table));
    any_outside = any_outside || std::ranges::find(table.outside, true) != table.outside.end();
    outside[i] = std::move(table.outside);
  }
  std::vector<std::int64_t> position(shape.rank(), 0);
  for (std::int64_t flat = 0; any_outside && flat < count; ++flat) {
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (!outside[i].empty() && outside[i][static_cast<std::size_t>(position[i])]) {
        y[flat] = extrapolation;
      }
    }
    next_position(shape, position);
  }
  return y;
}

/// Integers are rounded only where an antialiasing filter is applied; otherwise they are cut.
Outputs resize_answer(Numbers y, const ResizeRule& rule) {
  if (tensor::is_integer(y.dtype) && rule.antialias) {
    for (double& value : y.at) {
      value = std::floor(value + 0.5);
    }
  }
  return outputs_of(y.tensor());
}

Result<std::vector<std::size_t>> resize_axis_numbers(const Node& node, std::size_t rank) {
  if (const auto* given = node.attribute<std::vector<std::int64_t>>("axes")) {
    return normalize_axes(*given, rank);
  }
  std::vector<std::size_t> all(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    all[i] = i;
  }
  return all;
}

Status set_roi(const KernelContext& context, std::vector<ResizeAxis>& axes,
               std::span<const std::size_t> which) {
  const Tensor* roi = context.optional_input(1);
  if (roi == nullptr || roi->elements() != static_cast<std::int64_t>(2 * which.size())) {
    return fail(ErrorCode::kInvalid, "tf_crop_and_resize needs a roi of {} numbers",
                2 * which.size());
  }
  ARETE_TRY_ASSIGN(const auto numbers, ElementsAs<double>::of(*roi));
  for (std::size_t i = 0; i < which.size(); ++i) {
    axes[which[i]].roi_start = numbers.span()[i];
    axes[which[i]].roi_end = numbers.span()[i + which.size()];
    if (!std::isfinite(axes[which[i]].roi_start) || !std::isfinite(axes[which[i]].roi_end)) {
      return fail(ErrorCode::kInvalid, "the roi of axis {} is not finite", which[i]);
    }
  }
  return {};
}

Outputs resize_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const ResizeRule rule, resize_rule(context.node()));
  ARETE_TRY_ASSIGN(const auto which, resize_axis_numbers(context.node(), x.rank()));
  std::vector<ResizeAxis> axes = unscaled_axes(x.shape);
  const Tensor* scales = context.optional_input(2);
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(const auto sizes, integers_input(context, 3));
    ARETE_TRY(set_sizes(axes, which, sizes,
                        context.node().string_or("keep_aspect_ratio_policy", "stretch")));
  } else if (scales != nullptr) {
    ARETE_TRY_ASSIGN(const auto numbers, ElementsAs<float>::of(*scales));
    ARETE_TRY(set_scales(axes, which, numbers.span()));
  } else {
    return fail(ErrorCode::kInvalid, "Resize has neither scales nor sizes");
  }
  if (rule.coordinates == "tf_crop_and_resize") {
    ARETE_TRY(set_roi(context, axes, which));
  }
  ARETE_TRY_ASSIGN(Numbers y,
                   resized(x, rule, axes, context.node().float_or("extrapolation_value", 0)));
  return resize_answer(std::move(y), rule);
}

/// Before opset 11: positions are x / scale; nearest takes the floor, or the ceiling when the
/// picture shrinks (what opset 10's tests show).
Outputs scaled_from_corner(const KernelContext& context, std::span<const float> scales) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(ResizeRule rule, resize_rule(context.node()));
  ARETE_TRY_ASSIGN(const auto which, resize_axis_numbers(context.node(), x.rank()));
  std::vector<ResizeAxis> axes = unscaled_axes(x.shape);
  ARETE_TRY(set_scales(axes, which, scales));
  rule.coordinates = "asymmetric";
  const bool shrinks = std::ranges::any_of(scales, [](float scale) { return scale < 1; });
  rule.nearest = shrinks ? "ceil" : "floor";
  ARETE_TRY_ASSIGN(Numbers y, resized(x, rule, axes, 0));
  return resize_answer(std::move(y), rule);
}

Outputs upsample_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* scales, context.input(1));
  ARETE_TRY_ASSIGN(const auto numbers, ElementsAs<float>::of(*scales));
  return scaled_from_corner(context, numbers.span());
}

Outputs upsample_7_kernel(KernelContext& context) {
  const auto* scales = context.node().attribute<std::vector<float>>("scales");
  if (scales == nullptr) {
    return fail(ErrorCode::kInvalid, "attribute scales is missing");
  }
  return scaled_from_corner(context, *scales);
}

/// Shape for the axes that are known, from scales or sizes that are known.
Status known_resize_shape(ShapeContext& context, const std::vector<float>* scales,
                          const std::vector<std::int64_t>* sizes) {
  const ShapeFacts& x = context.input(0);
  SymbolicShape shape = *x.shape;
  ARETE_TRY_ASSIGN(const auto which, resize_axis_numbers(context.node(), shape.size()));
  std::vector<ResizeAxis> axes(shape.size());
  bool known = true;
  for (const std::size_t at : which) {
    axes[at].input = shape[at].known() ? shape[at].size() : 1;
    known = known && shape[at].known();
  }
  const std::string policy = context.node().string_or("keep_aspect_ratio_policy", "stretch");
  if (sizes != nullptr) {
    ARETE_TRY(set_sizes(axes, which, *sizes, policy));
  } else {
    ARETE_TRY(set_scales(axes, which, *scales));
  }
  for (const std::size_t at : which) {
    const bool by_size = sizes != nullptr && (policy == "stretch" || known);
    if (by_size || shape[at].known()) {
      shape[at] = Dim(axes[at].output);
    } else if (sizes != nullptr || axes[at].scale != 1) {
      shape[at] = Dim();
    }
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

Status resize_shape_from(ShapeContext& context, std::size_t scales_input, std::size_t sizes_input) {
  const ShapeFacts& x = context.input(0);
  context.set_output(0, x.dtype, std::nullopt);
  if (!x.shape) {
    return {};
  }
  if (const auto sizes = constant_integers(context, sizes_input)) {
    return known_resize_shape(context, nullptr, &*sizes);
  }
  const Tensor* scales = context.input(scales_input).constant;
  if (scales != nullptr && tensor::is_floating(scales->dtype()) && scales->elements() > 0) {
    const std::vector<float> numbers = floats_of(*scales);
    return known_resize_shape(context, &numbers, nullptr);
  }
  context.set_output(0, x.dtype, unknown_dims(x.shape->size()));
  return {};
}

Status resize_shape(ShapeContext& context) { return resize_shape_from(context, 2, 3); }
Status upsample_shape(ShapeContext& context) { return resize_shape_from(context, 1, 99); }
Status upsample_7_shape(ShapeContext& context) {
  const auto* scales = context.node().attribute<std::vector<float>>("scales");
  context.set_output(0, context.input(0).dtype, std::nullopt);
  return context.input(0).shape && scales != nullptr ? known_resize_shape(context, scales, nullptr)
                                                     : Status();
}

}  // namespace

std::span<const Operator> resize_family() {
  static constexpr std::array kRows = {
      Operator{"", "Resize", 10, 2, 2, upsample_kernel, upsample_shape},
      Operator{"", "Resize", 11, 1, 4, resize_kernel, resize_shape},
      Operator{"", "Upsample", 7, 1, 1, upsample_7_kernel, upsample_7_shape},
      Operator{"", "Upsample", 9, 2, 2, upsample_kernel, upsample_shape},
  };
  return kRows;
}

}  // namespace arete::model::operators
