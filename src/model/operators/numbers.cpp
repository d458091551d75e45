// SPDX-License-Identifier: Apache-2.0
#include "model/operators/numbers.hpp"

#include <cmath>
#include <limits>

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

template <class T, class Source>
T converted_number(Source value) {
  if constexpr (std::is_same_v<Source, tensor::Float16> ||
                std::is_same_v<Source, tensor::BFloat16>) {
    return static_cast<T>(tensor::to_float(value));
  } else {
    return static_cast<T>(value);
  }
}

template <class T, class Source>
void convert_elements(const Tensor& tensor, std::vector<T>& out) {
  const auto source = tensor.data<Source>();
  for (std::size_t i = 0; i < source.size(); ++i) {
    out[i] = converted_number<T>(source[i]);
  }
}

template <class T>
void convert_rare(const Tensor& tensor, std::vector<T>& out) {
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    out[static_cast<std::size_t>(i)] = static_cast<T>(tensor.number_at(i));
  }
}

template <class T>
void convert_all(const Tensor& tensor, std::vector<T>& out) {
  switch (tensor.dtype()) {
    case DType::kF32:
      return convert_elements<T, float>(tensor, out);
    case DType::kF64:
      return convert_elements<T, double>(tensor, out);
    case DType::kF16:
      return convert_elements<T, tensor::Float16>(tensor, out);
    case DType::kBf16:
      return convert_elements<T, tensor::BFloat16>(tensor, out);
    case DType::kI8:
      return convert_elements<T, std::int8_t>(tensor, out);
    case DType::kU8:
      return convert_elements<T, std::uint8_t>(tensor, out);
    case DType::kI16:
      return convert_elements<T, std::int16_t>(tensor, out);
    case DType::kI32:
      return convert_elements<T, std::int32_t>(tensor, out);
    case DType::kI64:
      return convert_elements<T, std::int64_t>(tensor, out);
    case DType::kU64:
      return convert_elements<T, std::uint64_t>(tensor, out);
    default:
      return convert_rare(tensor, out);
  }
}

/// Saturating; NaN becomes 0.
template <class Target, class T>
Target stored_number(T value) {
  if constexpr (std::is_same_v<Target, tensor::Float16>) {
    return tensor::to_float16(static_cast<float>(value));
  } else if constexpr (std::is_same_v<Target, tensor::BFloat16>) {
    return tensor::to_bfloat16(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<Target> || std::is_same_v<Target, T>) {
    return static_cast<Target>(value);
  } else {
    const auto wide = static_cast<double>(value);
    if (std::isnan(wide)) {
      return 0;
    }
    if (wide <= static_cast<double>(std::numeric_limits<Target>::lowest())) {
      return std::numeric_limits<Target>::lowest();
    }
    if (wide >= static_cast<double>(std::numeric_limits<Target>::max())) {
      return std::numeric_limits<Target>::max();
    }
    return static_cast<Target>(value);
  }
}

template <class Target, class T>
void store_elements(std::span<const T> numbers, Tensor& tensor) {
  auto out = tensor.mutable_data<Target>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = stored_number<Target>(numbers[i]);
  }
}

template <class T>
void store_all(std::span<const T> numbers, Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::kF32:
      return store_elements<float>(numbers, tensor);
    case DType::kF64:
      return store_elements<double>(numbers, tensor);
    case DType::kF16:
      return store_elements<tensor::Float16>(numbers, tensor);
    case DType::kBf16:
      return store_elements<tensor::BFloat16>(numbers, tensor);
    case DType::kI8:
      return store_elements<std::int8_t>(numbers, tensor);
    case DType::kU8:
      return store_elements<std::uint8_t>(numbers, tensor);
    case DType::kI16:
      return store_elements<std::int16_t>(numbers, tensor);
    case DType::kU16:
      return store_elements<std::uint16_t>(numbers, tensor);
    case DType::kI32:
      return store_elements<std::int32_t>(numbers, tensor);
    case DType::kU32:
      return store_elements<std::uint32_t>(numbers, tensor);
    case DType::kI64:
      return store_elements<std::int64_t>(numbers, tensor);
    case DType::kU64:
      return store_elements<std::uint64_t>(numbers, tensor);
    default:
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        tensor.set_number(static_cast<std::int64_t>(i), static_cast<double>(numbers[i]));
      }
  }
}

Status require_numeric(DType dtype) {
  if (dtype == DType::kString || dtype == DType::kUndefined || dtype == DType::kC64 ||
      dtype == DType::kC128) {
    return fail(ErrorCode::kUnsupported, "elements of type {} are not numbers",
                tensor::name_of(dtype));
  }
  return {};
}

}  // namespace

template <class T>
Result<ElementsAs<T>> ElementsAs<T>::of(const Tensor& tensor) {
  ARETE_TRY(require_numeric(tensor.dtype()));
  ElementsAs elements;
  if (tensor.dtype() == tensor::kDTypeOf<T>) {
    elements.view_ = tensor.data<T>();
    return elements;
  }
  elements.made_.resize(static_cast<std::size_t>(tensor.elements()));
  convert_all(tensor, elements.made_);
  elements.view_ = elements.made_;
  return elements;
}
template class ElementsAs<float>;
template class ElementsAs<double>;
template class ElementsAs<std::int64_t>;

template <class T>
Result<Tensor> rounded_tensor(DType dtype, Shape shape, std::span<const T> numbers) {
  ARETE_TRY(require_numeric(dtype));
  ARETE_TRY_ASSIGN(Tensor made, Tensor::allocate(dtype, std::move(shape)));
  ARETE_CHECK(static_cast<std::size_t>(made.elements()) == numbers.size());
  store_all(numbers, made);
  return made;
}
template Result<Tensor> rounded_tensor<float>(DType, Shape, std::span<const float>);
template Result<Tensor> rounded_tensor<double>(DType, Shape, std::span<const double>);
template Result<Tensor> rounded_tensor<std::int64_t>(DType, Shape, std::span<const std::int64_t>);

Result<Numbers> Numbers::of(const Tensor& tensor) {
  ARETE_TRY(require_numeric(tensor.dtype()));
  Numbers numbers{tensor.dtype(), tensor.shape(), {}};
  numbers.at.resize(static_cast<std::size_t>(tensor.elements()));
  convert_all(tensor, numbers.at);
  return numbers;
}

Result<Numbers> numbers_input(const KernelContext& context, std::size_t i) {
  ARETE_TRY_ASSIGN(const Tensor* tensor, context.input(i));
  ARETE_TRY_ASSIGN(Numbers numbers, Numbers::of(*tensor), "input {}", i);
  return numbers;
}

Result<std::int64_t> result_elements(const Shape& shape) {
  ARETE_TRY_ASSIGN(const std::int64_t count, tensor::checked_elements(shape.dims()));
  constexpr auto kLimit = static_cast<std::int64_t>(tensor::kDefaultByteLimit / sizeof(double));
  if (count > kLimit) {
    return fail(ErrorCode::kNoSpace, "a result of shape {} is too large", shape.text());
  }
  return count;
}

Result<Numbers> zero_numbers(DType dtype, Shape shape) {
  ARETE_TRY_ASSIGN(const std::int64_t count, result_elements(shape));
  return Numbers{dtype, std::move(shape), std::vector<double>(static_cast<std::size_t>(count))};
}

Status require_rank(std::string_view what, const Shape& shape, std::size_t lowest,
                    std::size_t highest) {
  if (shape.rank() < lowest || shape.rank() > highest) {
    return fail(ErrorCode::kInvalid, "{} has shape {}, its rank must be {}{}", what, shape.text(),
                lowest, highest > lowest ? " or more" : "");
  }
  return {};
}

Status require_shape(std::string_view what, const Shape& shape, const Shape& wanted) {
  if (shape != wanted) {
    return fail(ErrorCode::kInvalid, "{} has shape {} where {} is needed", what, shape.text(),
                wanted.text());
  }
  return {};
}

Result<std::vector<std::int64_t>> integers_input(const KernelContext& context, std::size_t i) {
  ARETE_TRY_ASSIGN(const Tensor* tensor, context.input(i));
  ARETE_TRY_ASSIGN(const auto elements, ElementsAs<std::int64_t>::of(*tensor), "input {}", i);
  return std::vector<std::int64_t>(elements.begin(), elements.end());
}

Result<double> scalar_input(const KernelContext& context, std::size_t i) {
  ARETE_TRY_ASSIGN(const Tensor* tensor, context.input(i));
  ARETE_TRY(require_numeric(tensor->dtype()), "input {}", i);
  if (tensor->elements() != 1) {
    return fail(ErrorCode::kInvalid, "input {} has shape {} where one element is needed", i,
                tensor->shape().text());
  }
  return tensor->number_at(0);
}

Outputs outputs_of(Result<Tensor> only) {
  std::vector<Datum> data(1);
  ARETE_TRY_ASSIGN(data[0].tensor, std::move(only));
  return data;
}

Outputs outputs_of(std::vector<Result<Tensor>> all) {
  std::vector<Datum> data(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    ARETE_TRY_ASSIGN(data[i].tensor, std::move(all[i]), "output {}", i);
  }
  return data;
}

AxisSplit split_at(const Shape& shape, std::size_t axis) {
  return {shape.elements(0, axis), shape[axis], shape.elements(axis + 1, shape.rank())};
}

bool next_position(const Shape& shape, std::vector<std::int64_t>& position) {
  for (std::size_t axis = shape.rank(); axis-- > 0;) {
    if (++position[axis] < shape[axis]) {
      return true;
    }
    position[axis] = 0;
  }
  return false;
}

}  // namespace arete::model::operators
