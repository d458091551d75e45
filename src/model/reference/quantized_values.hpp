// Whole tensors between stored integers and the real numbers they stand for. Not operators: those
// are model/operators/quantization.cpp.
// Threads: no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "tensor/quantization.hpp"
#include "tensor/tensor.hpp"

namespace arete::model {

/// Stored integers to the expressed type; kInvalid if the quantization does not fit the shape.
[[nodiscard]] Result<tensor::Tensor> dequantized(const tensor::Tensor& stored,
                                                 const tensor::Quantization& quantization);
/// Real numbers to the stored type: round half to even, saturate.
[[nodiscard]] Result<tensor::Tensor> quantized(const tensor::Tensor& real,
                                               const tensor::Quantization& quantization);

}  // namespace arete::model
