// SPDX-License-Identifier: Apache-2.0
#include "runtime/abi_values.hpp"

#include <array>
#include <utility>

namespace arete::runtime {
namespace {

using tensor::DType;

constexpr bool same_number(DType ours, arete_dtype theirs) {
  return static_cast<arete_dtype>(ours) == theirs;
}
// abi_dtype() and dtype_of() are casts because of these.
static_assert(same_number(DType::kF32, ARETE_DTYPE_F32));
static_assert(same_number(DType::kF64, ARETE_DTYPE_F64));
static_assert(same_number(DType::kF16, ARETE_DTYPE_F16));
static_assert(same_number(DType::kBf16, ARETE_DTYPE_BF16));
static_assert(same_number(DType::kI8, ARETE_DTYPE_I8));
static_assert(same_number(DType::kI64, ARETE_DTYPE_I64));
static_assert(same_number(DType::kU8, ARETE_DTYPE_U8));
static_assert(same_number(DType::kU64, ARETE_DTYPE_U64));
static_assert(same_number(DType::kI4, ARETE_DTYPE_I4));
static_assert(same_number(DType::kU4, ARETE_DTYPE_U4));
static_assert(same_number(DType::kI2, ARETE_DTYPE_I2));
static_assert(same_number(DType::kU2, ARETE_DTYPE_U2));
static_assert(same_number(DType::kBool, ARETE_DTYPE_BOOL));
static_assert(same_number(DType::kString, ARETE_DTYPE_STRING));
static_assert(same_number(DType::kC64, ARETE_DTYPE_C64));
static_assert(same_number(DType::kC128, ARETE_DTYPE_C128));
static_assert(same_number(DType::kF8E4M3Fn, ARETE_DTYPE_F8E4M3FN));
static_assert(same_number(DType::kF8E4M3Fnuz, ARETE_DTYPE_F8E4M3FNUZ));
static_assert(same_number(DType::kF8E5M2, ARETE_DTYPE_F8E5M2));
static_assert(same_number(DType::kF8E5M2Fnuz, ARETE_DTYPE_F8E5M2FNUZ));
static_assert(same_number(DType::kF8E8M0, ARETE_DTYPE_F8E8M0));
static_assert(same_number(DType::kF4E2M1, ARETE_DTYPE_F4E2M1));

tensor::Quantization quantization_from(const arete_quantization& given, DType stored) {
  tensor::Quantization made;
  made.stored = stored;
  made.expressed = dtype_of(given.expressed);
  made.scales.assign(given.scales, given.scales + given.count);
  if (given.zero_points != nullptr) {
    made.zero_points.assign(given.zero_points, given.zero_points + given.count);
  }
  if (given.axis >= 0) {
    made.axis = given.axis;
  }
  made.block_size = given.block_size;
  return made;
}

Result<tensor::Tensor> copy_strings(const arete_tensor& given, tensor::Shape shape,
                                    std::int64_t elements) {
  const auto* const strings = static_cast<const arete_string*>(given.data);
  std::vector<std::string> copies;
  copies.reserve(static_cast<std::size_t>(elements));
  for (std::int64_t i = 0; i < elements; ++i) {
    copies.emplace_back(strings[i].data, strings[i].size);
  }
  return tensor::Tensor::from_strings(std::move(shape), std::move(copies));
}

}  // namespace

ErrorCode code_of(arete_code code) {
  static constexpr std::array kCodes{
      ErrorCode::kInternal,    ErrorCode::kInvalid,     ErrorCode::kCorrupt,  ErrorCode::kNotFound,
      ErrorCode::kUnsupported, ErrorCode::kUnavailable, ErrorCode::kDenied,   ErrorCode::kNoSpace,
      ErrorCode::kTimeout,     ErrorCode::kCancelled,   ErrorCode::kConflict, ErrorCode::kIo,
      ErrorCode::kInternal};
  const auto index = static_cast<std::size_t>(code);
  return code > 0 && index < kCodes.size() ? kCodes.at(index) : ErrorCode::kInternal;
}

DType dtype_of(arete_dtype dtype) {
  return dtype > 0 && dtype <= ARETE_DTYPE_F4E2M1 ? static_cast<DType>(dtype) : DType::kUndefined;
}

Result<TensorInfo> info_of(const arete_tensor_info& info) {
  TensorInfo made;
  made.name = text_or_empty(info.name);
  made.dtype = dtype_of(info.dtype);
  if (info.rank > 0 && info.shape == nullptr) {
    return fail(ErrorCode::kInternal, "'{}' is described with rank {} but no shape", made.name,
                info.rank);
  }
  if (info.rank >= 0) {
    SymbolicDims dims(static_cast<std::size_t>(info.rank));
    for (std::size_t i = 0; i < dims.size(); ++i) {
      dims[i].size = info.shape[i] < 0 ? -1 : info.shape[i];
      if (info.dim_names != nullptr) {
        dims[i].name = text_or_empty(info.dim_names[i]);
      }
    }
    made.dims = std::move(dims);
  }
  if (info.quantization != nullptr) {
    made.quantization = quantization_from(*info.quantization, made.dtype);
  }
  return made;
}

Result<arete_tensor> borrow(DType dtype, const tensor::Shape& shape,
                            const std::vector<std::int64_t>& strides, const std::byte* data) {
  const auto checked = tensor::checked_elements(shape.dims());
  if (!checked.has_value()) {
    return fail(ErrorCode::kInvalid, "{}", checked.error().message());
  }
  const std::int64_t elements = *checked;
  arete_tensor made{};
  made.struct_size = sizeof(arete_tensor);
  made.dtype = abi_dtype(dtype);
  made.memory = ARETE_MEMORY_HOST;
  made.rank = static_cast<std::uint32_t>(shape.rank());
  made.shape = shape.dims().data();
  // The ABI has one type for what is read and what is written; inputs are only read.
  made.data = const_cast<std::byte*>(data);
  made.bytes = tensor::bytes_of(dtype, static_cast<std::size_t>(elements));
  if (strides.empty() || elements == 0) {
    return made;
  }
  if (strides.size() != shape.rank()) {
    return fail(ErrorCode::kInvalid, "{} strides for shape {}", strides.size(), shape.text());
  }
  made.strides = strides.data();
  // The view does not say how much memory there is, so its strides are believed; the sum wraps
  // around rather than overflows, and the engine refuses what does not add up.
  std::uint64_t end = static_cast<std::uint64_t>(tensor::bits_of(dtype)) / 8;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    end += static_cast<std::uint64_t>(shape[i] - 1) * static_cast<std::uint64_t>(strides[i]);
  }
  made.bytes = end;
  return made;
}

Result<tensor::Tensor> copy_from(const arete_tensor& given) {
  const DType dtype = dtype_of(given.dtype);
  tensor::Shape shape(std::vector<std::int64_t>(given.shape, given.shape + given.rank));
  ARETE_TRY_ASSIGN(const std::int64_t elements, tensor::checked_elements(shape.dims()));
  const bool usable = given.memory == ARETE_MEMORY_HOST && dtype != DType::kUndefined &&
                      (given.data != nullptr || elements == 0);
  if (!usable) {
    return fail(ErrorCode::kInternal, "the engine's result is not in host memory");
  }
  if (dtype == DType::kString) {
    return copy_strings(given, std::move(shape), elements);
  }
  if (given.strides != nullptr) {
    tensor::TensorView view(dtype, std::move(shape), static_cast<const std::byte*>(given.data));
    view.strides.assign(given.strides, given.strides + given.rank);
    return tensor::copy_of(view);
  }
  const std::size_t bytes = tensor::bytes_of(dtype, static_cast<std::size_t>(elements));
  if (given.bytes < bytes) {
    return fail(ErrorCode::kInternal, "the engine's result of shape {} has only {} bytes",
                shape.text(), given.bytes);
  }
  const auto* const data = static_cast<const std::byte*>(given.data);
  return tensor::Tensor::from_bytes(dtype, std::move(shape),
                                    SharedBytes(Bytes(data, data + bytes)));
}

}  // namespace arete::runtime
