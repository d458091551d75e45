// Poolings that other families reuse (quantized poolings of ONNX Runtime's domain), and the
// kernels and rules behind the family's table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

/// AveragePool as the node's attributes say.
[[nodiscard]] Result<Numbers> average_pooled(const Node& node, const Numbers& x);
/// One mean a plane.
[[nodiscard]] Result<Numbers> globally_averaged(const Numbers& x);

/// Output shape of a pooling of input 0.
[[nodiscard]] Status pool_shape(ShapeContext& context);
[[nodiscard]] Status global_pool_shape(ShapeContext& context);

[[nodiscard]] Outputs max_unpool_kernel(KernelContext& context);
[[nodiscard]] Status max_unpool_shape(ShapeContext& context);

}  // namespace arete::model::operators
