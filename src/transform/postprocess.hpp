// From a model's output tensors to findings in source pixels, as the spec says: runs the decoder of
// each output. Hostile numbers (NaN, infinities, absurd boxes) are left out, never followed.
// Errors: kInvalid names the output, its shape and what the decoder expects. Threads: no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/result.hpp"
#include "spec/resolve.hpp"
#include "tensor/results.hpp"
#include "tensor/tensor.hpp"
#include "transform/geometry.hpp"

namespace arete::transform {

/// `outputs` are all of the file's, in its order. `geometry` is what preprocess() gave; a default
/// one serves decoders that need no picture (top_k).
[[nodiscard]] Result<tensor::Findings> postprocess(const spec::ResolvedSpec& spec,
                                                   std::span<const tensor::Tensor> outputs,
                                                   const Geometry& geometry);

}  // namespace arete::transform
