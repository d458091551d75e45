// The parts of the vectorized row kernels, by file: each compiled for every instruction set and
// chosen at run time. Internal to transform; only where Highway was found.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transform/row_kernels.hpp"

namespace arete::transform {

/// Sets name, shape, blend, mix and across; false where this machine has nothing better than the
/// plain kernels.
[[nodiscard]] bool set_source_kernels(RowKernels& kernels);
/// Sets to_rgb, to_gray, separate, interleave, lookup and shift.
void set_pixel_kernels(RowKernels& kernels);
/// Sets to_f32 and to_f16.
void set_float_kernels(RowKernels& kernels);

}  // namespace arete::transform
