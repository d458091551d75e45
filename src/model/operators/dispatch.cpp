// SPDX-License-Identifier: Apache-2.0
#include "model/operators/dispatch.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include "model/onnx/element_types.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

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
  const bool in_range = data_type > 0 && data_type <= std::numeric_limits<int>::max();
  return in_range ? onnx::dtype_from_onnx(static_cast<int>(data_type)).value_or(DType::kUndefined)
                  : DType::kUndefined;
}

int onnx_from_dtype(DType dtype) { return onnx::onnx_from_dtype(dtype); }

}  // namespace arete::model::operators
