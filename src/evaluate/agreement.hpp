// How far the answers of two engines agree. One number for people and gates: `agreement` is 0 to 1,
// for outputs of integers (quantized ones too) the share of equal elements, for float outputs
// 1 - max|a-b| / max|a|; over several outputs the worst counts. Two NaNs, or infinities of one
// sign, are equal. Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/result.hpp"
#include "tensor/tensor.hpp"

namespace arete::evaluate {

struct Agreement {
  double agreement = 1;
  double difference = 0;  ///< max|a-b| / max|a|, over all outputs; infinite where one is NaN
};

/// kInvalid if count, shapes or kinds of type differ. `a` is what `b` is measured by.
[[nodiscard]] Result<Agreement> compare(std::span<const tensor::Tensor> a,
                                        std::span<const tensor::Tensor> b);

}  // namespace arete::evaluate
