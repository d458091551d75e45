// SPDX-License-Identifier: Apache-2.0
#include "model/operators/window.hpp"

#include <algorithm>
#include <span>
#include <string>

namespace arete::model::operators {
namespace {

/// Keeps every product of window arithmetic far from overflow.
constexpr std::int64_t kLargestWindowNumber = std::int64_t{1} << 31;
constexpr std::int64_t kMostTaps = std::int64_t{1} << 26;

Result<AutoPad> auto_pad_of(const Node& node) {
  const std::string text = node.string_or("auto_pad", "NOTSET");
  if (text == "NOTSET" || text.empty()) {
    return AutoPad::kNotSet;
  }
  if (text == "SAME_UPPER") {
    return AutoPad::kSameUpper;
  }
  if (text == "SAME_LOWER") {
    return AutoPad::kSameLower;
  }
  if (text == "VALID") {
    return AutoPad::kValid;
  }
  return fail(ErrorCode::kInvalid, "auto_pad '{}' is unknown", text);
}

}  // namespace

Result<std::vector<std::int64_t>> window_integers(const Node& node, std::string_view key,
                                                  std::size_t count, std::int64_t lowest,
                                                  std::int64_t fallback) {
  const auto* given = node.attribute<std::vector<std::int64_t>>(key);
  if (given == nullptr || given->empty()) {
    return std::vector<std::int64_t>(count, fallback);
  }
  if (given->size() != count) {
    return fail(ErrorCode::kInvalid, "attribute {} has {} entries where {} are needed", key,
                given->size(), count);
  }
  for (const std::int64_t number : *given) {
    if (number < lowest || number >= kLargestWindowNumber) {
      return fail(ErrorCode::kInvalid, "attribute {} holds {}, outside [{}, 2^31)", key, number,
                  lowest);
    }
  }
  return *given;
}

Result<WindowAttributes> window_attributes(const Node& node, std::size_t spatial_rank,
                                           std::vector<std::int64_t> kernel) {
  WindowAttributes attributes;
  ARETE_TRY_ASSIGN(attributes.auto_pad, auto_pad_of(node));
  attributes.ceil_mode = node.integer_or("ceil_mode", 0) != 0;
  ARETE_TRY_ASSIGN(attributes.strides, window_integers(node, "strides", spatial_rank, 1, 1));
  ARETE_TRY_ASSIGN(attributes.dilations, window_integers(node, "dilations", spatial_rank, 1, 1));
  ARETE_TRY_ASSIGN(attributes.pads, window_integers(node, "pads", 2 * spatial_rank, 0, 0));
  ARETE_TRY_ASSIGN(attributes.kernel, window_integers(node, "kernel_shape", spatial_rank, 1, 0));
  if (kernel.empty()) {
    if (spatial_rank > 0 && attributes.kernel[0] == 0) {
      return fail(ErrorCode::kInvalid, "attribute kernel_shape is missing");
    }
    return attributes;
  }
  const bool stated = spatial_rank > 0 && attributes.kernel[0] != 0;
  if (kernel.size() != spatial_rank || (stated && attributes.kernel != kernel)) {
    return fail(ErrorCode::kInvalid, "the weight's kernel {} does not fit {} spatial axes{}",
                tensor::Shape(kernel).text(), spatial_rank, stated ? " or kernel_shape" : "");
  }
  if (std::ranges::any_of(kernel, [](auto k) { return k < 1 || k >= kLargestWindowNumber; })) {
    return fail(ErrorCode::kInvalid, "the weight's kernel {} is empty or too large",
                tensor::Shape(kernel).text());
  }
  attributes.kernel = std::move(kernel);
  return attributes;
}

Result<WindowAxis> window_axis(const WindowAttributes& attributes, std::size_t axis,
                               std::int64_t input) {
  WindowAxis window{.input = input,
                    .kernel = attributes.kernel[axis],
                    .stride = attributes.strides[axis],
                    .dilation = attributes.dilations[axis]};
  if (input < 0 || input >= kLargestWindowNumber) {
    return fail(ErrorCode::kInvalid, "spatial extent {} cannot be windowed", input);
  }
  if (attributes.auto_pad == AutoPad::kSameUpper || attributes.auto_pad == AutoPad::kSameLower) {
    window.output = (input + window.stride - 1) / window.stride;
    const std::int64_t missing = (window.output - 1) * window.stride + window.reach() - input;
    const std::int64_t pad = std::max<std::int64_t>(missing, 0);
    window.pad_begin = attributes.auto_pad == AutoPad::kSameUpper ? pad / 2 : pad - pad / 2;
    window.pad_end = pad - window.pad_begin;
    return window;
  }
  if (attributes.auto_pad == AutoPad::kNotSet) {
    window.pad_begin = attributes.pads[axis];
    window.pad_end = attributes.pads[axis + attributes.kernel.size()];
  }
  const std::int64_t room = input + window.pad_begin + window.pad_end - window.reach();
  if (room < 0) {
    return fail(ErrorCode::kInvalid, "a window of {} does not fit an input of {} padded by {} + {}",
                window.reach(), input, window.pad_begin, window.pad_end);
  }
  const bool round_up = attributes.ceil_mode && attributes.auto_pad == AutoPad::kNotSet;
  window.output = (room + (round_up ? window.stride - 1 : 0)) / window.stride + 1;
  // A window that begins in the end padding sees nothing: it is dropped.
  if (round_up && (window.output - 1) * window.stride >= input + window.pad_begin) {
    --window.output;
  }
  return window;
}

Result<std::vector<WindowAxis>> window_axes(const WindowAttributes& attributes,
                                            std::span<const std::int64_t> inputs) {
  std::vector<WindowAxis> axes;
  for (std::size_t axis = 0; axis < inputs.size(); ++axis) {
    ARETE_TRY_ASSIGN(axes.emplace_back(), window_axis(attributes, axis, inputs[axis]));
  }
  ARETE_TRY_ASSIGN(const std::int64_t taps, tensor::checked_elements(attributes.kernel));
  if (taps > kMostTaps) {
    return fail(ErrorCode::kUnsupported, "a window of {} elements is too large", taps);
  }
  return axes;
}

Result<SymbolicShape> window_outputs(const WindowAttributes& attributes,
                                     std::span<const Dim> inputs) {
  SymbolicShape outputs(inputs.size());
  for (std::size_t axis = 0; axis < inputs.size(); ++axis) {
    if (inputs[axis].known()) {
      ARETE_TRY_ASSIGN(const WindowAxis window, window_axis(attributes, axis, inputs[axis].size()));
      outputs[axis] = Dim(window.output);
    }
  }
  return outputs;
}

tensor::Shape window_input_shape(std::span<const WindowAxis> axes) {
  std::vector<std::int64_t> dims;
  for (const WindowAxis& axis : axes) {
    dims.push_back(axis.input);
  }
  return tensor::Shape(std::move(dims));
}

tensor::Shape window_output_shape(std::span<const WindowAxis> axes) {
  std::vector<std::int64_t> dims;
  for (const WindowAxis& axis : axes) {
    dims.push_back(axis.output);
  }
  return tensor::Shape(std::move(dims));
}

void window_taps(std::span<const WindowAxis> axes, std::span<const std::int64_t> position,
                 std::vector<std::int64_t>& taps) {
  taps.assign(1, 0);
  std::vector<std::int64_t> outer;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const WindowAxis& axis = axes[i];
    outer.swap(taps);
    taps.clear();
    const std::int64_t start = position[i] * axis.stride - axis.pad_begin;
    for (const std::int64_t base : outer) {
      for (std::int64_t tap = 0; tap < axis.kernel; ++tap) {
        const std::int64_t at = start + tap * axis.dilation;
        const bool inside = base >= 0 && at >= 0 && at < axis.input;
        taps.push_back(inside ? base * axis.input + at : -1);
      }
    }
  }
}

}  // namespace arete::model::operators
