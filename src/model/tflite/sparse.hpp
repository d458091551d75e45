// Sparse tensors of TFLite files made dense: traversal order, block map, dense and CSR dimensions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/tflite/flat_file.hpp"
#include "tensor/tensor.hpp"

namespace arete::model::tflite {

/// The dense row-major tensor; positions that are not stored are `zero` (the zero point of a
/// quantized tensor). kCorrupt if an index, a segment or the number of values does not fit.
[[nodiscard]] Result<tensor::Tensor> densify(const fb::SparsityParameters& sparsity,
                                             tensor::DType dtype, const tensor::Shape& shape,
                                             ByteView values, int zero, std::size_t byte_limit);

}  // namespace arete::model::tflite
