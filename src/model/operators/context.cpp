// SPDX-License-Identifier: Apache-2.0
#include "model/operators/operator.hpp"

namespace arete::model {

Result<const tensor::Tensor*> KernelContext::input(std::size_t i) const {
  if (!has_input(i)) {
    return fail(ErrorCode::kInvalid, "input {} is missing", i);
  }
  if (inputs_[i].sequence) {
    return fail(ErrorCode::kInvalid, "input {} is a sequence, a tensor is needed", i);
  }
  return &inputs_[i].tensor;
}

const ShapeFacts& ShapeContext::input(std::size_t i) const {
  static const ShapeFacts kNothing{.present = false};
  return has_input(i) ? inputs_[i] : kNothing;
}

}  // namespace arete::model
