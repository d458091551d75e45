// The way back from fold_quantization.hpp, and the only way to write quantized values as ONNX:
// QuantizeLinear/DequantizeLinear nodes again, with the names they had where these are known.
// Threads: free function. Errors: kUnsupported, naming the value, where ONNX has no such types.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "model/ir/model.hpp"

namespace arete::model {

/// After it no value has quantization. Inputs and outputs of the main graph that were quantized
/// are integers.
[[nodiscard]] Result<Model> unfold_quantization(Model model);

}  // namespace arete::model
