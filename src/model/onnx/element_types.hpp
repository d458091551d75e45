// ONNX's numbers for element types (TensorProto.DataType) and ours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tensor/dtype.hpp"

namespace arete::model::onnx {

/// Element types that are carried but not modelled: the 6-bit floats.
[[nodiscard]] bool is_carried_only(int data_type);

/// kUndefined for 0; nullopt for numbers that are carried only or not defined.
[[nodiscard]] std::optional<tensor::DType> dtype_from_onnx(int data_type);
[[nodiscard]] int onnx_from_dtype(tensor::DType dtype);

}  // namespace arete::model::onnx
