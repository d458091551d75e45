// SPDX-License-Identifier: Apache-2.0
#include "transform/preprocess.hpp"

#include <utility>

#include "transform/preprocessor.hpp"

namespace arete::transform {

Result<Geometry> preprocess(const tensor::PictureView& picture, const spec::ResolvedInput& input,
                            std::span<std::byte> out) {
  ARETE_TRY_ASSIGN(Preprocessor preprocessor, Preprocessor::create(input));
  return preprocessor.run(picture, out);
}

Result<Geometry> preprocess(const tensor::PictureView& picture, const spec::ResolvedInput& input,
                            tensor::Tensor& out) {
  tensor::Shape shape(input.shape);
  if (out.dtype() != input.tensor.dtype || out.shape() != shape) {
    ARETE_TRY_ASSIGN(out, tensor::Tensor::allocate(input.tensor.dtype, std::move(shape)),
                     "input '{}'", input.tensor.name);
  }
  return preprocess(picture, input, out.mutable_bytes());
}

}  // namespace arete::transform
