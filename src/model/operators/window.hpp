// Sliding windows of convolutions and poolings: attributes, padding, output extents, and the input
// elements under a window. Pure arithmetic on checked numbers; not the kernels.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ir/node.hpp"
#include "model/ir/value.hpp"
#include "tensor/shape.hpp"

namespace arete::model::operators {

/// One spatial axis. Taps of output o lie at o * stride - pad_begin + tap * dilation.
struct WindowAxis {
  std::int64_t input = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_begin = 0;
  std::int64_t pad_end = 0;
  std::int64_t output = 0;

  [[nodiscard]] std::int64_t reach() const { return (kernel - 1) * dilation + 1; }
};

enum class AutoPad : std::uint8_t { kNotSet, kSameUpper, kSameLower, kValid };

/// What the attributes say, one entry a spatial axis, every number checked.
struct WindowAttributes {
  AutoPad auto_pad = AutoPad::kNotSet;
  bool ceil_mode = false;
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  std::vector<std::int64_t> pads;  ///< begins, then ends
};

/// `kernel` is the weight's spatial shape, or empty to take the attribute kernel_shape.
[[nodiscard]] Result<WindowAttributes> window_attributes(const Node& node, std::size_t spatial_rank,
                                                         std::vector<std::int64_t> kernel = {});

/// An integer list attribute of `count` entries within [lowest, 2^31); `fallback` if it is absent.
[[nodiscard]] Result<std::vector<std::int64_t>> window_integers(const Node& node,
                                                                std::string_view key,
                                                                std::size_t count,
                                                                std::int64_t lowest,
                                                                std::int64_t fallback);

/// The axes of a forward window (convolution, pooling) over an input of these extents.
[[nodiscard]] Result<WindowAxis> window_axis(const WindowAttributes& attributes, std::size_t axis,
                                             std::int64_t input);
[[nodiscard]] Result<std::vector<WindowAxis>> window_axes(const WindowAttributes& attributes,
                                                          std::span<const std::int64_t> inputs);

/// Output extents for a shape whose spatial extents may be unknown.
[[nodiscard]] Result<SymbolicShape> window_outputs(const WindowAttributes& attributes,
                                                   std::span<const Dim> inputs);

/// Spatial shapes of input and output.
[[nodiscard]] tensor::Shape window_input_shape(std::span<const WindowAxis> axes);
[[nodiscard]] tensor::Shape window_output_shape(std::span<const WindowAxis> axes);

/// Flat input index under every tap (row-major) of the output at `position`; -1 in the padding.
void window_taps(std::span<const WindowAxis> axes, std::span<const std::int64_t> position,
                 std::vector<std::int64_t>& taps);

}  // namespace arete::model::operators
