// Softmax, LogSoftmax and Hardmax: along one axis since opset 13, before that over a matrix into
// which the axes are coerced.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

[[nodiscard]] Outputs softmax_kernel(KernelContext& context);
[[nodiscard]] Outputs log_softmax_kernel(KernelContext& context);
[[nodiscard]] Outputs hardmax_kernel(KernelContext& context);
[[nodiscard]] Outputs coercing_softmax_kernel(KernelContext& context);
[[nodiscard]] Outputs coercing_log_softmax_kernel(KernelContext& context);
[[nodiscard]] Outputs coercing_hardmax_kernel(KernelContext& context);

/// log(softmax) in place along an axis given by its position in memory.
void log_softmax_along(const AxisSplit& split, std::span<double> at);
void softmax_along(const AxisSplit& split, std::span<double> at);

}  // namespace arete::model::operators
