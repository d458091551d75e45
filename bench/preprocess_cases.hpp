// The inputs of models that the pre-processing benchmarks fill: f32 or bytes, planar, 0 to 1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "spec/resolve.hpp"
#include "tensor/dtype.hpp"
#include "transform/row_kernels.hpp"

namespace arete::bench {

/// RGB, stretched, divided by 255; i8 is quantized so that 0..1 fills it.
[[nodiscard]] spec::ResolvedInput planar_input(int width, int height, tensor::DType dtype,
                                               spec::Resample resample = spec::Resample::kBilinear);

/// The kernels of that name ("AVX2"), the best for "", nullptr if this machine has none such.
[[nodiscard]] const transform::RowKernels* kernels_named(std::string_view name);

}  // namespace arete::bench
