// A picture into a model's input tensor as the spec says: place, resize to 8-bit pixels, color
// order, (pixel - mean) / std_dev, then the tensor's layout, dtype and quantization. For one
// picture; a Preprocessor (which says what is done exactly) keeps its plans for the next one.
// Errors: kInvalid where the input is not a picture or the memory does not fit; kUnsupported for a
// dtype or quantization no picture can be stored in. Threads: no shared state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "spec/resolve.hpp"
#include "tensor/picture.hpp"
#include "tensor/tensor.hpp"
#include "transform/geometry.hpp"

namespace arete::transform {

/// Straight into memory of exactly the input's bytes (dense, row-major).
[[nodiscard]] Result<Geometry> preprocess(const tensor::PictureView& picture,
                                          const spec::ResolvedInput& input,
                                          std::span<std::byte> out);

/// Into `out`, which is allocated anew only if its dtype or shape is not the input's.
[[nodiscard]] Result<Geometry> preprocess(const tensor::PictureView& picture,
                                          const spec::ResolvedInput& input, tensor::Tensor& out);

}  // namespace arete::transform
