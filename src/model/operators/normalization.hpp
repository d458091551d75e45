// Normalizations that other families reuse, and the kernels behind the family's table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

/// Normalizes `x` in place over the axes from `axis` on: (x - mean) / sqrt(variance + epsilon), or
/// without the mean (root mean square); one entry a lane in what it returns.
struct LaneStatistics {
  std::vector<double> mean;
  std::vector<double> inverse_deviation;
};
LaneStatistics normalize_lanes(Numbers& x, std::size_t axis, double epsilon, bool subtract_mean);

/// x = x * scale + bias, each broadcast to x; bias may be nullptr.
[[nodiscard]] Status scale_and_shift(Numbers& x, const Numbers& scale, const Numbers* bias);

[[nodiscard]] Outputs batch_normalization_kernel(KernelContext& context);
[[nodiscard]] Status batch_normalization_shape(ShapeContext& context);
[[nodiscard]] Outputs lrn_kernel(KernelContext& context);
[[nodiscard]] Outputs lp_normalization_kernel(KernelContext& context);
[[nodiscard]] Outputs mean_variance_kernel(KernelContext& context);

}  // namespace arete::model::operators
