// Element types of ONNX Runtime against those of the ABI.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnxruntime_c_api.h>

#include "arete/backend.h"

namespace arete_ort {

/// ARETE_DTYPE_UNDEFINED for what the ABI does not know.
[[nodiscard]] arete_dtype dtype_of(ONNXTensorElementDataType type);
/// ..._UNDEFINED for what ONNX Runtime does not know.
[[nodiscard]] ONNXTensorElementDataType element_type_of(arete_dtype dtype);

}  // namespace arete_ort
