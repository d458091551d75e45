// From a run-time dtype to a C++ type: what every kernel begins with. The 16-bit floats are stored
// types only; kernels load them as float, compute, and store the rounded answer.
// Threads: no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/operators/operator.hpp"
#include "tensor/dtype.hpp"
#include "tensor/tensor.hpp"

namespace arete::model::operators {

template <class T>
inline constexpr bool kIsSmallFloat =
    std::is_same_v<T, tensor::Float16> || std::is_same_v<T, tensor::BFloat16>;
template <class T>
inline constexpr bool kIsFloat = std::is_floating_point_v<T> || kIsSmallFloat<T>;

/// The type in which kernels compute on elements stored as T.
template <class T>
using ComputeType = std::conditional_t<kIsSmallFloat<T>, float, T>;

template <class T>
[[nodiscard]] ComputeType<T> load(T stored) {
  if constexpr (kIsSmallFloat<T>) {
    return tensor::to_float(stored);
  } else {
    return stored;
  }
}

template <class T>
[[nodiscard]] T store(ComputeType<T> value) {
  if constexpr (std::is_same_v<T, tensor::Float16>) {
    return tensor::to_float16(value);
  } else if constexpr (std::is_same_v<T, tensor::BFloat16>) {
    return tensor::to_bfloat16(value);
  } else {
    return value;
  }
}

/// Stands for a type in a call: `visit_floats(dtype, [&]<class T>(Type<T>) { ... })`.
template <class T>
struct Type {};

namespace detail {

template <class F>
using VisitResult = std::invoke_result_t<F, Type<float>>;

template <class F>
VisitResult<F> not_supported(tensor::DType dtype) {
  return fail(ErrorCode::kUnsupported, "elements of type {} are not supported here",
              tensor::name_of(dtype));
}

}  // namespace detail

/// f32, f64, f16, bf16; kUnsupported for others. The callable returns a Result or Status.
template <class F>
detail::VisitResult<F> visit_floats(tensor::DType dtype, F&& call) {
  using enum tensor::DType;
  switch (dtype) {
    case kF32:
      return call(Type<float>{});
    case kF64:
      return call(Type<double>{});
    case kF16:
      return call(Type<tensor::Float16>{});
    case kBf16:
      return call(Type<tensor::BFloat16>{});
    default:
      return detail::not_supported<F>(dtype);
  }
}

/// The eight integers of whole bytes.
template <class F>
std::invoke_result_t<F, Type<std::int32_t>> visit_integers(tensor::DType dtype, F&& call) {
  using enum tensor::DType;
  switch (dtype) {
    case kI8:
      return call(Type<std::int8_t>{});
    case kI16:
      return call(Type<std::int16_t>{});
    case kI32:
      return call(Type<std::int32_t>{});
    case kI64:
      return call(Type<std::int64_t>{});
    case kU8:
      return call(Type<std::uint8_t>{});
    case kU16:
      return call(Type<std::uint16_t>{});
    case kU32:
      return call(Type<std::uint32_t>{});
    case kU64:
      return call(Type<std::uint64_t>{});
    default:
      return fail(ErrorCode::kUnsupported, "elements of type {} are not supported here",
                  tensor::name_of(dtype));
  }
}

/// Floats and integers.
template <class F>
detail::VisitResult<F> visit_numbers(tensor::DType dtype, F&& call) {
  return tensor::is_floating(dtype) ? visit_floats(dtype, call) : visit_integers(dtype, call);
}

/// Floats, integers and bool.
template <class F>
detail::VisitResult<F> visit_numbers_and_bool(tensor::DType dtype, F&& call) {
  return dtype == tensor::DType::kBool ? call(Type<bool>{}) : visit_numbers(dtype, call);
}

/// All elements as double, whatever the dtype (packed and small floats too); not for strings.
[[nodiscard]] std::vector<double> numbers_of(const tensor::Tensor& tensor);
/// All elements as i64; kInvalid unless the tensor holds integers or bools.
[[nodiscard]] Result<std::vector<std::int64_t>> integers_of(const tensor::Tensor& tensor);
/// All elements as f32.
[[nodiscard]] std::vector<float> floats_of(const tensor::Tensor& tensor);
/// A tensor of `dtype` with these numbers, rounded and saturated.
[[nodiscard]] Result<tensor::Tensor> tensor_from(tensor::DType dtype, tensor::Shape shape,
                                                 std::span<const double> values);
[[nodiscard]] Result<tensor::Tensor> tensor_from(tensor::DType dtype, tensor::Shape shape,
                                                 std::span<const float> values);

/// What a kernel with one tensor as answer returns.
[[nodiscard]] inline std::vector<Datum> one(tensor::Tensor tensor) {
  std::vector<Datum> outputs(1);
  outputs[0].tensor = std::move(tensor);
  return outputs;
}
[[nodiscard]] inline Datum datum(tensor::Tensor tensor) {
  Datum made;
  made.tensor = std::move(tensor);
  return made;
}

/// Integers that are an attribute in old opsets and an input in new ones (axes, split ...);
/// nullopt if neither is there.
[[nodiscard]] Result<std::optional<std::vector<std::int64_t>>> integers_from(
    const KernelContext& context, std::size_t input, std::string_view attribute);

/// Each axis normalized; kInvalid if one is out of range or named twice.
[[nodiscard]] Result<std::vector<std::size_t>> normalize_axes(std::span<const std::int64_t> axes,
                                                              std::size_t rank);

/// ONNX's TensorProto.DataType and ours.
[[nodiscard]] tensor::DType dtype_from_onnx(std::int64_t data_type);
[[nodiscard]] int onnx_from_dtype(tensor::DType dtype);

}  // namespace arete::model::operators
