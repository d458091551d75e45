// Windows of convolutions and pools: the explicit pads that stand for SAME and VALID.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "model/tflite/op.hpp"

namespace arete::model::tflite {

/// Height, then width.
struct Window {
  Axes kernel;
  Axes strides;
  Axes dilations;
};

/// ONNX pads (begins, then ends); kCorrupt for a window that is not positive.
[[nodiscard]] inline Result<Axes> window_pads(fb::Padding padding, const Axes& input,
                                              const Window& window) {
  Axes pads(4, 0);
  for (std::size_t i = 0; i < 2; ++i) {
    constexpr std::int64_t kLargest = std::int64_t{1} << 31;
    for (const std::int64_t number : {window.kernel[i], window.strides[i], window.dilations[i]}) {
      if (number <= 0 || number > kLargest) {
        return fail(ErrorCode::kCorrupt, "kernel {}, stride {}, dilation {}", window.kernel[i],
                    window.strides[i], window.dilations[i]);
      }
    }
    if (padding == fb::Padding::SAME) {
      const std::int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
      const std::int64_t steps = (input[i] + window.strides[i] - 1) / window.strides[i];
      const std::int64_t total =
          std::max<std::int64_t>((steps - 1) * window.strides[i] + extent - input[i], 0);
      pads[i] = total / 2;
      pads[i + 2] = total - total / 2;
    }
  }
  return pads;
}

}  // namespace arete::model::tflite
