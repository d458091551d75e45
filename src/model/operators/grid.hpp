// GridSample and AffineGrid: reading a picture at positions given by a grid, and making that grid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/operators/numbers.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

[[nodiscard]] Outputs grid_sample_kernel(KernelContext& context);
[[nodiscard]] Status grid_sample_shape(ShapeContext& context);
[[nodiscard]] Outputs affine_grid_kernel(KernelContext& context);
[[nodiscard]] Status affine_grid_shape(ShapeContext& context);

}  // namespace arete::model::operators
