// Resampling along one axis: where an output element lies in the input, and which elements it is a
// weighted sum of. Resize is this, axis by axis. Not here: the operator's inputs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/operators/numbers.hpp"

namespace arete::model::operators {

enum class ResizeMode : std::uint8_t { kNearest, kLinear, kCubic };

struct ResizeRule {
  ResizeMode mode = ResizeMode::kNearest;
  std::string coordinates = "half_pixel";  ///< coordinate_transformation_mode
  std::string nearest = "round_prefer_floor";
  double cubic_a = -0.75;
  bool antialias = false;
  bool exclude_outside = false;
};

struct ResizeAxis {
  std::int64_t input = 0;
  std::int64_t output = 0;
  double scale = 1;
  double roi_start = 0;
  double roi_end = 1;
};

/// For each output element `taps` source indices and weights.
struct ResampleTable {
  std::int64_t taps = 1;
  std::vector<std::int64_t> indices;
  std::vector<double> weights;
  std::vector<bool> outside;  ///< tf_crop_and_resize: takes the extrapolation value
};

/// kInvalid for an unknown coordinate or nearest mode.
[[nodiscard]] Result<ResampleTable> resample_table(const ResizeRule& rule, const ResizeAxis& axis);

/// `x` with one axis resampled.
[[nodiscard]] Result<Numbers> resampled(const Numbers& x, std::size_t axis, std::int64_t output,
                                        const ResampleTable& table);

}  // namespace arete::model::operators
