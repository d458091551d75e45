// QuantizeLinear/DequantizeLinear pairs become quantization of the value between them, and integer
// constants under a DequantizeLinear become quantized constants. Only where nothing is lost: scale
// and zero point are constants, all readers see the same parameters, nothing reads the unquantized
// value. All other nodes stay as they are.
// At the border of a graph, where a value must stay real, the pair's other half becomes an Identity
// between the real and the quantized value; unfold_quantization.hpp makes a node of it again.
// Threads: free function.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/ir/model.hpp"

namespace arete::model {

[[nodiscard]] Model fold_quantization(Model model);

}  // namespace arete::model
