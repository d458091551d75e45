// Run-time values in ONNX's messages (TensorProto, SequenceProto, OptionalProto), as test data and
// calibration sets keep them. Not models: those are onnx.hpp.
// Threads: no state. Errors: kCorrupt for bytes that are not such a message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/ir/value.hpp"
#include "model/operators/operator.hpp"
#include "tensor/tensor.hpp"

namespace arete::model {

[[nodiscard]] Result<tensor::Tensor> read_onnx_tensor(ByteView message);
/// `kind` says which of the messages it is: kTensor, kSequence or kOptional.
[[nodiscard]] Result<Datum> read_onnx_datum(ByteView message, ValueKind kind);

}  // namespace arete::model
