// SPDX-License-Identifier: Apache-2.0
#include "model/operators/dispatch.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// By TensorProto.DataType.
constexpr std::array kOnnxTypes = {
    DType::kUndefined,  DType::kF32,  DType::kU8,       DType::kI8,         DType::kU16,
    DType::kI16,        DType::kI32,  DType::kI64,      DType::kString,     DType::kBool,
    DType::kF16,        DType::kF64,  DType::kU32,      DType::kU64,        DType::kC64,
    DType::kC128,       DType::kBf16, DType::kF8E4M3Fn, DType::kF8E4M3Fnuz, DType::kF8E5M2,
    DType::kF8E5M2Fnuz, DType::kU4,   DType::kI4,       DType::kF4E2M1,     DType::kF8E8M0,
    DType::kU2,         DType::kI2};

template <class T>
std::vector<T> elements_as(const Tensor& tensor) {
  std::vector<T> values(static_cast<std::size_t>(tensor.elements()));
  const auto copied = visit_numbers_and_bool(tensor.dtype(), [&]<class S>(Type<S>) -> Status {
    const std::span<const S> from = tensor.data<S>();
    std::ranges::transform(from, values.begin(), [](S x) { return static_cast<T>(load(x)); });
    return {};
  });
  if (!copied) {  // packed integers and the floats of 8 bits and less
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<T>(tensor.number_at(static_cast<std::int64_t>(i)));
    }
  }
  return values;
}

template <class T>
Result<Tensor> tensor_of_numbers(DType dtype, Shape shape, std::span<const T> values) {
  ARETE_TRY_ASSIGN(Tensor made, Tensor::allocate(dtype, std::move(shape)));
  if (static_cast<std::size_t>(made.elements()) != values.size()) {
    return fail(ErrorCode::kInternal, "{} values for a tensor of shape {}", values.size(),
                made.shape().text());
  }
  const auto copied = visit_floats(dtype, [&]<class D>(Type<D>) -> Status {
    std::ranges::transform(values, made.mutable_data<D>().begin(),
                           [](T x) { return store<D>(static_cast<ComputeType<D>>(x)); });
    return {};
  });
  if (!copied) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      made.set_number(static_cast<std::int64_t>(i), static_cast<double>(values[i]));
    }
  }
  return made;
}

}  // namespace

std::vector<double> numbers_of(const Tensor& tensor) { return elements_as<double>(tensor); }
std::vector<float> floats_of(const Tensor& tensor) { return elements_as<float>(tensor); }

Result<std::vector<std::int64_t>> integers_of(const Tensor& tensor) {
  if (!tensor::is_integer(tensor.dtype()) && tensor.dtype() != DType::kBool) {
    return fail(ErrorCode::kInvalid, "integers are needed, not {}",
                tensor::name_of(tensor.dtype()));
  }
  std::vector<std::int64_t> values(static_cast<std::size_t>(tensor.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = tensor.integer_at(static_cast<std::int64_t>(i));
  }
  return values;
}

Result<Tensor> tensor_from(DType dtype, Shape shape, std::span<const double> values) {
  return tensor_of_numbers(dtype, std::move(shape), values);
}
Result<Tensor> tensor_from(DType dtype, Shape shape, std::span<const float> values) {
  return tensor_of_numbers(dtype, std::move(shape), values);
}

Result<std::optional<std::vector<std::int64_t>>> integers_from(const KernelContext& context,
                                                               std::size_t input,
                                                               std::string_view attribute) {
  if (const auto* values = context.node().attribute<std::vector<std::int64_t>>(attribute)) {
    return *values;
  }
  if (!context.has_input(input)) {
    return std::optional<std::vector<std::int64_t>>();
  }
  ARETE_TRY_ASSIGN(const Tensor* tensor, context.input(input));
  ARETE_TRY_ASSIGN(auto values, integers_of(*tensor), "input '{}'", attribute);
  return std::optional(std::move(values));
}

Result<std::vector<std::size_t>> normalize_axes(std::span<const std::int64_t> axes,
                                                std::size_t rank) {
  std::vector<std::size_t> normalized;
  for (const std::int64_t axis : axes) {
    ARETE_TRY_ASSIGN(const std::size_t good, tensor::normalize_axis(axis, rank));
    if (std::ranges::find(normalized, good) != normalized.end()) {
      return fail(ErrorCode::kInvalid, "axis {} is named twice", axis);
    }
    normalized.push_back(good);
  }
  return normalized;
}

DType dtype_from_onnx(std::int64_t data_type) {
  const auto count = static_cast<std::int64_t>(kOnnxTypes.size());
  return data_type > 0 && data_type < count ? kOnnxTypes[static_cast<std::size_t>(data_type)]
                                            : DType::kUndefined;
}

int onnx_from_dtype(DType dtype) {
  return static_cast<int>(std::ranges::find(kOnnxTypes, dtype) - kOnnxTypes.begin());
}

}  // namespace arete::model::operators
