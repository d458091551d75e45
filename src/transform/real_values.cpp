// SPDX-License-Identifier: Apache-2.0
#include "transform/real_values.hpp"

#include "tensor/quantization.hpp"

namespace arete::transform {
namespace {

using tensor::DType;

template <class T>
void append_scaled(const tensor::Tensor& tensor, float scale, std::int32_t zero_point,
                   std::vector<float>& out) {
  for (const T stored : tensor.data<T>()) {
    out.push_back(tensor::dequantize(static_cast<std::int64_t>(stored), scale, zero_point));
  }
}

bool append_quantized(const tensor::Tensor& tensor, float scale, std::int32_t zero_point,
                      std::vector<float>& out) {
  switch (tensor.dtype()) {
    case DType::kU8:
      append_scaled<std::uint8_t>(tensor, scale, zero_point, out);
      return true;
    case DType::kI8:
      append_scaled<std::int8_t>(tensor, scale, zero_point, out);
      return true;
    case DType::kI16:
      append_scaled<std::int16_t>(tensor, scale, zero_point, out);
      return true;
    case DType::kU16:
      append_scaled<std::uint16_t>(tensor, scale, zero_point, out);
      return true;
    case DType::kI32:
      append_scaled<std::int32_t>(tensor, scale, zero_point, out);
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<RealValues> RealValues::of(const tensor::Tensor& tensor, const spec::TensorFacts& facts) {
  RealValues real;
  real.shape_ = tensor.shape();
  if (tensor.dtype() == DType::kF32) {
    real.borrowed_ = tensor.data<float>();
    return real;
  }
  if (tensor.dtype() == DType::kString || tensor.dtype() == DType::kUndefined ||
      tensor.dtype() == DType::kC64 || tensor.dtype() == DType::kC128) {
    return fail(ErrorCode::kInvalid, "output '{}' holds {}, not numbers", facts.name,
                tensor::name_of(tensor.dtype()));
  }
  real.owned_.reserve(static_cast<std::size_t>(tensor.elements()));
  const bool quantized = facts.quantization && tensor::is_integer(tensor.dtype());
  if (quantized && facts.quantization->per_tensor() && !facts.quantization->scales.empty() &&
      append_quantized(tensor, facts.quantization->scales.front(),
                       facts.quantization->zero_point(0), real.owned_)) {
    return real;
  }
  if (quantized) {
    ARETE_TRY(tensor::validate(*facts.quantization, tensor.shape()), "output '{}'", facts.name);
  }
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    if (!quantized) {
      real.owned_.push_back(static_cast<float>(tensor.number_at(i)));
      continue;
    }
    const std::size_t at = tensor::scale_index(*facts.quantization, tensor.shape(), i);
    real.owned_.push_back(tensor::dequantize(tensor.integer_at(i), facts.quantization->scales[at],
                                             facts.quantization->zero_point(at)));
  }
  return real;
}

Result<std::vector<std::int64_t>> extents(const tensor::Shape& shape, std::size_t rank,
                                          std::string_view output, std::string_view expected) {
  std::size_t first = 0;
  while (shape.rank() - first > rank && shape[first] == 1) {
    ++first;
  }
  if (shape.rank() - first != rank) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", output, shape.text(),
                expected);
  }
  return std::vector<std::int64_t>(shape.begin() + static_cast<std::ptrdiff_t>(first), shape.end());
}

Result<std::int64_t> single_extent(const tensor::Shape& shape, std::string_view output,
                                   std::string_view expected) {
  std::int64_t extent = 1;
  for (const std::int64_t size : shape) {
    if (size != 1 && extent != 1) {
      return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", output,
                  shape.text(), expected);
    }
    extent = size == 1 ? extent : size;
  }
  return extent;
}

}  // namespace arete::transform
