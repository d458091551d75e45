// TensorProto to Tensor and back. Internal to model/onnx.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/onnx/external_data.hpp"
#include "tensor/tensor.hpp"

namespace onnx {
class TensorProto;
}

namespace arete::model::onnx {

/// Takes type, shape and data out of `proto`; what stays in it is what the IR does not model
/// (documentation, metadata, unknown fields) and the name.
[[nodiscard]] Result<tensor::Tensor> take_tensor(::onnx::TensorProto& proto,
                                                 ExternalData& external);

/// Sets type, shape and data, the data as raw bytes (strings as strings).
void put_tensor(const tensor::Tensor& tensor, ::onnx::TensorProto& proto);
/// The same without the data.
void put_tensor_type(const tensor::Tensor& tensor, ::onnx::TensorProto& proto);

}  // namespace arete::model::onnx
