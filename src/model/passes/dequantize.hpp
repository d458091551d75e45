// The float twin of a quantized model: constants become the real numbers they stand for, and no
// value is rounded any more. Where the integers begin at zero, saturation was the activation of a
// convolution or sum, and becomes a Clip. Not the QDQ form, which keeps the rounding
// (unfold_quantization).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "model/ir/model.hpp"

namespace arete::model {

/// Graph inputs and outputs that were quantized become f32.
[[nodiscard]] Result<Model> dequantize_model(Model model);

}  // namespace arete::model
