// Tensors of a TFLite file: types, shapes, quantization, constant data.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/log.hpp"
#include "model/tflite/import.hpp"
#include "model/tflite/sparse.hpp"

namespace arete::model::tflite {
namespace {

using tensor::DType;

DType dtype_of(fb::TensorType type) {
  switch (type) {
    case fb::TensorType::FLOAT32:
      return DType::kF32;
    case fb::TensorType::FLOAT16:
      return DType::kF16;
    case fb::TensorType::INT32:
      return DType::kI32;
    case fb::TensorType::UINT8:
      return DType::kU8;
    case fb::TensorType::INT64:
      return DType::kI64;
    case fb::TensorType::STRING:
      return DType::kString;
    case fb::TensorType::BOOL:
      return DType::kBool;
    case fb::TensorType::INT16:
      return DType::kI16;
    case fb::TensorType::COMPLEX64:
      return DType::kC64;
    case fb::TensorType::INT8:
      return DType::kI8;
    case fb::TensorType::FLOAT64:
      return DType::kF64;
    case fb::TensorType::COMPLEX128:
      return DType::kC128;
    case fb::TensorType::UINT64:
      return DType::kU64;
    case fb::TensorType::UINT32:
      return DType::kU32;
    case fb::TensorType::UINT16:
      return DType::kU16;
    case fb::TensorType::INT4:
      return DType::kI4;
    case fb::TensorType::BFLOAT16:
      return DType::kBf16;
    case fb::TensorType::INT2:
      return DType::kI2;
    case fb::TensorType::UINT4:
      return DType::kU4;
    case fb::TensorType::FLOAT8_E4M3FN:
      return DType::kF8E4M3Fn;
    case fb::TensorType::FLOAT8_E5M2:
      return DType::kF8E5M2;
    case fb::TensorType::RESOURCE:
    case fb::TensorType::VARIANT:
      break;
  }
  return DType::kUndefined;
}

/// Number of scales that `axis` needs; out of range is harmless for a single scale.
Result<std::optional<int>> quantized_axis(const fb::QuantizationParameters& raw, std::size_t scales,
                                          const FileTensor& tensor) {
  const int axis = raw.quantized_dimension();
  const auto rank = static_cast<int>(tensor.shape.rank());
  const bool inside = axis >= 0 && axis < std::max(rank, 1);
  if (scales == 1) {
    if (!inside) {
      ARETE_LOG(kWarning, "tflite_quantized_dimension", {"tensor", tensor.name},
                {"dimension", axis}, {"rank", rank});
    }
    return std::optional<int>();
  }
  if (!inside || rank == 0 ||
      tensor.shape[static_cast<std::size_t>(axis)] != static_cast<std::int64_t>(scales)) {
    return fail(ErrorCode::kCorrupt, "{} scales along dimension {} of shape {}", scales, axis,
                tensor.shape.text());
  }
  return std::optional<int>(axis);
}

Status read_quantization(const fb::QuantizationParameters& raw, FileTensor& tensor) {
  tensor::Quantization q;
  q.scales = copy_of(raw.scale());
  if (q.scales.empty() || !tensor::is_integer(tensor.stored)) {
    return {};
  }
  if (raw.details_type() == fb::QuantizationDetails::BlockwiseQuantization) {
    return fail(ErrorCode::kUnsupported, "blockwise quantization");
  }
  ARETE_TRY_ASSIGN(q.axis, quantized_axis(raw, q.scales.size(), tensor));
  for (float& scale : q.scales) {
    if (scale == 0.0F) {  // converters write 0 for channels that are all zero
      scale = std::numeric_limits<float>::min();
    }
  }
  std::vector<std::int64_t> zeros = copy_of(raw.zero_point());
  if (zeros.empty()) {
    zeros.push_back(0);
  }
  if (zeros.size() == 1) {
    zeros.resize(q.scales.size(), zeros[0]);
  }
  for (const std::int64_t zero : zeros) {
    if (zero < std::numeric_limits<std::int32_t>::min() ||
        zero > std::numeric_limits<std::int32_t>::max()) {
      return fail(ErrorCode::kCorrupt, "zero point {} is out of range", zero);
    }
    q.zero_points.push_back(static_cast<std::int32_t>(zero));
  }
  q.stored = tensor.stored;
  q.expressed = DType::kF32;
  ARETE_TRY(tensor::validate(q, tensor.shape));
  tensor.quantization = std::move(q);
  return {};
}

Status read_shape(const fb::Tensor& raw, FileTensor& tensor) {
  const std::vector<std::int32_t> dims = copy_of(raw.shape());
  tensor.shape = tensor::Shape(std::vector<std::int64_t>(dims.begin(), dims.end()));
  tensor.has_shape = raw.shape() != nullptr && (!dims.empty() || raw.has_rank());
  ARETE_TRY(tensor::checked_elements(tensor.shape.dims()));
  return {};
}

/// Bytes as a tensor, copied if they do not lie on a border of 8.
Result<tensor::Tensor> aligned_tensor(DType dtype, const tensor::Shape& shape, SharedBytes bytes) {
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0) {
    bytes = SharedBytes(Bytes(bytes.view().begin(), bytes.view().end()));
  }
  return tensor::Tensor::from_bytes(dtype, shape, std::move(bytes));
}

Status read_constant(const FlatFile& file, const fb::Tensor& raw, const TfliteReadOptions& options,
                     FileTensor& tensor) {
  if (raw.external_buffer() != 0) {
    return fail(ErrorCode::kUnsupported, "its data lies in another file");
  }
  if (raw.buffer() == 0 || tensor.is_variable || tensor.is_resource) {
    return {};
  }
  ARETE_TRY_ASSIGN(const SharedBytes bytes, file.buffer(raw.buffer()));
  if (bytes.empty() && (tensor.shape.elements() != 0 || !tensor.has_shape)) {
    return {};  // an activation with a buffer of its own
  }
  if (raw.sparsity() != nullptr) {
    const int zero = tensor.quantization ? tensor.quantization->zero_point(0) : 0;
    ARETE_TRY_ASSIGN(tensor.constant, densify(*raw.sparsity(), tensor.stored, tensor.shape,
                                              bytes.view(), zero, options.tensor_byte_limit));
    return {};
  }
  if (tensor.stored == DType::kString || tensor.stored == DType::kUndefined) {
    return fail(ErrorCode::kUnsupported, "a constant of strings or resources");
  }
  ARETE_TRY_ASSIGN(tensor.constant, aligned_tensor(tensor.stored, tensor.shape, bytes));
  return {};
}

Result<FileTensor> read_one(const FlatFile& file, const fb::Tensor& raw,
                            const TfliteReadOptions& options) {
  FileTensor tensor;
  tensor.name = text_or_empty(raw.name());
  tensor.stored = dtype_of(raw.type());
  tensor.is_variable = raw.is_variable();
  tensor.is_resource = raw.type() == fb::TensorType::RESOURCE;
  if (tensor.stored == DType::kUndefined && !tensor.is_resource) {
    return fail(ErrorCode::kUnsupported, "element type {}", static_cast<int>(raw.type()));
  }
  ARETE_TRY(read_shape(raw, tensor));
  if (raw.quantization() != nullptr) {
    ARETE_TRY(read_quantization(*raw.quantization(), tensor));
  }
  ARETE_TRY(read_constant(file, raw, options, tensor));
  return tensor;
}

}  // namespace

Result<std::vector<FileTensor>> read_file_tensors(const FlatFile& file, const fb::SubGraph& graph,
                                                  const TfliteReadOptions& options) {
  std::vector<FileTensor> tensors;
  if (graph.tensors() == nullptr) {
    return tensors;
  }
  tensors.reserve(graph.tensors()->size());
  for (const fb::Tensor* raw : *graph.tensors()) {
    ARETE_TRY_ASSIGN(FileTensor tensor, read_one(file, *raw, options), "tensor {} '{}'",
                     tensors.size(), text_or_empty(raw->name()));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace arete::model::tflite
