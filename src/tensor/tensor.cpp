// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "tensor/small_float.hpp"

namespace arete::tensor {
namespace {

constexpr std::size_t kAlignment = 64;

/// 64-byte aligned, zeroed; nullptr if the machine has no such memory.
std::shared_ptr<std::byte[]> aligned_zeros(std::size_t size) {
  auto* raw = static_cast<std::byte*>(
      ::operator new(std::max<std::size_t>(size, 1), std::align_val_t{kAlignment}, std::nothrow));
  if (raw == nullptr) {
    return nullptr;
  }
  std::memset(raw, 0, size);
  return {raw, [](std::byte* memory) { ::operator delete(memory, std::align_val_t{kAlignment}); }};
}

template <class T>
double read_as(const std::byte* bytes, std::int64_t index) {
  T value;
  std::memcpy(&value, bytes + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return to_float(value);
  } else {
    return static_cast<double>(value);
  }
}

template <class T>
void write_as(std::byte* bytes, std::int64_t index, T value) {
  std::memcpy(bytes + static_cast<std::size_t>(index) * sizeof(T), &value, sizeof(T));
}

std::uint8_t packed_bits(const std::byte* bytes, std::int64_t index, int bits) {
  const std::int64_t at = index * bits;
  const auto mask = static_cast<std::uint8_t>((1 << bits) - 1);
  return static_cast<std::uint8_t>(std::to_integer<unsigned>(bytes[at / 8]) >> (at % 8)) & mask;
}

void set_packed_bits(std::byte* bytes, std::int64_t index, int bits, std::uint8_t value) {
  const std::int64_t at = index * bits;
  const auto mask = static_cast<std::byte>(((1 << bits) - 1) << (at % 8));
  bytes[at / 8] = (bytes[at / 8] & ~mask) | (static_cast<std::byte>(value << (at % 8)) & mask);
}

std::int64_t packed_integer(const std::byte* bytes, std::int64_t index, DType dtype) {
  const int bits = bits_of(dtype);
  const int raw = packed_bits(bytes, index, bits);
  const bool negative = is_signed_integer(dtype) && (raw >> (bits - 1)) != 0;
  return negative ? raw - (1 << bits) : raw;
}

/// Rounds to nearest even and saturates; NaN becomes 0.
template <class T>
T saturated(double value) {
  if (std::isnan(value)) {
    return 0;
  }
  const double rounded = std::nearbyint(value);
  if (rounded <= static_cast<double>(std::numeric_limits<T>::lowest())) {
    return std::numeric_limits<T>::lowest();
  }
  if (rounded >= static_cast<double>(std::numeric_limits<T>::max())) {
    return std::numeric_limits<T>::max();
  }
  return static_cast<T>(rounded);
}

}  // namespace

Result<Tensor> Tensor::allocate(DType dtype, Shape shape, std::size_t byte_limit) {
  ARETE_TRY_ASSIGN(const std::int64_t elements, checked_elements(shape.dims()));
  const std::size_t bytes = bytes_of(dtype, static_cast<std::size_t>(elements));
  const std::size_t cost =
      dtype == DType::kString ? static_cast<std::size_t>(elements) * sizeof(std::string) : bytes;
  if (cost > byte_limit) {
    return fail(ErrorCode::kNoSpace, "a {} tensor of shape {} needs {} bytes; the limit is {}",
                name_of(dtype), shape.text(), cost, byte_limit);
  }
  Tensor tensor;
  tensor.dtype_ = dtype;
  tensor.shape_ = std::move(shape);
  tensor.elements_ = elements;
  if (dtype == DType::kString) {
    tensor.strings_ =
        std::make_shared<std::vector<std::string>>(static_cast<std::size_t>(elements));
    return tensor;
  }
  tensor.writable_ = aligned_zeros(bytes);
  if (tensor.writable_ == nullptr) {
    return fail(ErrorCode::kNoSpace, "no memory for {} bytes", bytes);
  }
  tensor.bytes_ = SharedBytes(
      std::shared_ptr<const std::byte>(tensor.writable_, tensor.writable_.get()), bytes);
  return tensor;
}

Result<Tensor> Tensor::from_bytes(DType dtype, Shape shape, SharedBytes bytes) {
  ARETE_TRY_ASSIGN(const std::int64_t elements, checked_elements(shape.dims()));
  const std::size_t wanted = bytes_of(dtype, static_cast<std::size_t>(elements));
  if (dtype == DType::kString || dtype == DType::kUndefined || bytes.size() != wanted) {
    return fail(ErrorCode::kCorrupt, "{} bytes cannot be a {} tensor of shape {} ({} bytes)",
                bytes.size(), name_of(dtype), shape.text(), wanted);
  }
  Tensor tensor;
  tensor.dtype_ = dtype;
  tensor.shape_ = std::move(shape);
  tensor.elements_ = elements;
  tensor.bytes_ = std::move(bytes);
  if (reinterpret_cast<std::uintptr_t>(tensor.bytes_.data()) % alignof(std::max_align_t) != 0) {
    (void)tensor.mutable_bytes();  // typed access needs aligned memory
  }
  return tensor;
}

Result<Tensor> Tensor::from_strings(Shape shape, std::vector<std::string> strings) {
  ARETE_TRY_ASSIGN(const std::int64_t elements, checked_elements(shape.dims()));
  if (static_cast<std::size_t>(elements) != strings.size()) {
    return fail(ErrorCode::kCorrupt, "{} strings cannot be a tensor of shape {}", strings.size(),
                shape.text());
  }
  Tensor tensor;
  tensor.dtype_ = DType::kString;
  tensor.shape_ = std::move(shape);
  tensor.elements_ = elements;
  tensor.strings_ = std::make_shared<std::vector<std::string>>(std::move(strings));
  return tensor;
}

std::span<std::byte> Tensor::mutable_bytes() {
  // One owner is writable_ itself, the other the read-only view of the same block.
  const bool exclusive = writable_ != nullptr && writable_.use_count() == 2;
  if (!exclusive) {
    auto copy = aligned_zeros(bytes_.size());
    ARETE_CHECK(copy != nullptr);
    if (!bytes_.empty()) {
      std::memcpy(copy.get(), bytes_.data(), bytes_.size());
    }
    bytes_ = SharedBytes(std::shared_ptr<const std::byte>(copy, copy.get()), bytes_.size());
    writable_ = std::move(copy);
  }
  return {writable_.get(), bytes_.size()};
}

const std::vector<std::string>& Tensor::strings() const {
  ARETE_CHECK(dtype_ == DType::kString);
  return *strings_;
}

std::vector<std::string>& Tensor::mutable_strings() {
  ARETE_CHECK(dtype_ == DType::kString);
  if (strings_.use_count() > 1) {
    strings_ = std::make_shared<std::vector<std::string>>(*strings_);
  }
  return *strings_;
}

Tensor Tensor::reshaped(Shape shape) const {
  ARETE_CHECK(shape.elements() == elements_);
  Tensor tensor = *this;
  tensor.shape_ = std::move(shape);
  return tensor;
}

double Tensor::number_at(std::int64_t flat) const {
  const std::byte* at = bytes_.data();
  switch (dtype_) {
    case DType::kF32:
      return read_as<float>(at, flat);
    case DType::kF64:
      return read_as<double>(at, flat);
    case DType::kF16:
      return read_as<Float16>(at, flat);
    case DType::kBf16:
      return read_as<BFloat16>(at, flat);
    case DType::kU64:
      return read_as<std::uint64_t>(at, flat);
    case DType::kF8E4M3Fn:
    case DType::kF8E4M3Fnuz:
    case DType::kF8E5M2:
    case DType::kF8E5M2Fnuz:
    case DType::kF8E8M0:
      return small_float_to_float(dtype_, std::to_integer<std::uint8_t>(at[flat]));
    case DType::kF4E2M1:
      return small_float_to_float(dtype_, packed_bits(at, flat, 4));
    default:
      return static_cast<double>(integer_at(flat));
  }
}

std::int64_t Tensor::integer_at(std::int64_t flat) const {
  const std::byte* at = bytes_.data();
  switch (dtype_) {
    case DType::kI8:
      return data<std::int8_t>()[static_cast<std::size_t>(flat)];
    case DType::kI16:
      return data<std::int16_t>()[static_cast<std::size_t>(flat)];
    case DType::kI32:
      return data<std::int32_t>()[static_cast<std::size_t>(flat)];
    case DType::kI64:
      return data<std::int64_t>()[static_cast<std::size_t>(flat)];
    case DType::kU8:
      return data<std::uint8_t>()[static_cast<std::size_t>(flat)];
    case DType::kU16:
      return data<std::uint16_t>()[static_cast<std::size_t>(flat)];
    case DType::kU32:
      return data<std::uint32_t>()[static_cast<std::size_t>(flat)];
    case DType::kU64:
      return static_cast<std::int64_t>(data<std::uint64_t>()[static_cast<std::size_t>(flat)]);
    case DType::kBool:
      return std::to_integer<int>(at[flat]) != 0 ? 1 : 0;
    case DType::kI4:
    case DType::kU4:
    case DType::kI2:
    case DType::kU2:
      return packed_integer(at, flat, dtype_);
    default:
      return saturated<std::int64_t>(number_at(flat));
  }
}

void Tensor::set_number(std::int64_t flat, double value) {
  std::byte* at = mutable_bytes().data();
  switch (dtype_) {
    case DType::kF32:
      return write_as(at, flat, static_cast<float>(value));
    case DType::kF64:
      return write_as(at, flat, value);
    case DType::kF16:
      return write_as(at, flat, to_float16(static_cast<float>(value)));
    case DType::kBf16:
      return write_as(at, flat, to_bfloat16(static_cast<float>(value)));
    case DType::kI8:
      return write_as(at, flat, saturated<std::int8_t>(value));
    case DType::kI16:
      return write_as(at, flat, saturated<std::int16_t>(value));
    case DType::kI32:
      return write_as(at, flat, saturated<std::int32_t>(value));
    case DType::kI64:
      return write_as(at, flat, saturated<std::int64_t>(value));
    case DType::kU8:
      return write_as(at, flat, saturated<std::uint8_t>(value));
    case DType::kU16:
      return write_as(at, flat, saturated<std::uint16_t>(value));
    case DType::kU32:
      return write_as(at, flat, saturated<std::uint32_t>(value));
    case DType::kU64:
      return write_as(at, flat, saturated<std::uint64_t>(value));
    case DType::kBool:
      return write_as(at, flat, static_cast<std::uint8_t>(value != 0));
    case DType::kI4:
    case DType::kU4:
    case DType::kI2:
    case DType::kU2: {
      const IntegerRange range = integer_range(dtype_);
      const auto wide = std::clamp(saturated<std::int64_t>(value), range.lowest, range.highest);
      return set_packed_bits(at, flat, bits_of(dtype_), static_cast<std::uint8_t>(wide));
    }
    case DType::kF8E4M3Fn:
    case DType::kF8E4M3Fnuz:
    case DType::kF8E5M2:
    case DType::kF8E5M2Fnuz:
    case DType::kF8E8M0:
      return write_as(at, flat, small_float_from_float(dtype_, static_cast<float>(value)));
    case DType::kF4E2M1:
      return set_packed_bits(at, flat, 4,
                             small_float_from_float(dtype_, static_cast<float>(value)));
    default:
      ARETE_CHECK(false);
  }
}

bool Tensor::same_as(const Tensor& other) const {
  if (dtype_ != other.dtype_ || shape_ != other.shape_) {
    return false;
  }
  return dtype_ == DType::kString ? *strings_ == *other.strings_
                                  : std::ranges::equal(bytes(), other.bytes());
}

bool TensorView::dense() const {
  if (strides.empty()) {
    return true;
  }
  auto step = static_cast<std::int64_t>(bytes_of(dtype, 1));
  for (std::size_t axis = shape.rank(); axis-- > 0;) {
    if (shape[axis] != 1 && strides[axis] != step) {
      return false;
    }
    step *= shape[axis];
  }
  return true;
}

Result<Tensor> copy_of(const TensorView& view) {
  if (!view.strides.empty() && view.strides.size() != view.shape.rank()) {
    return fail(ErrorCode::kInvalid, "{} strides for a view of rank {}", view.strides.size(),
                view.shape.rank());
  }
  ARETE_TRY_ASSIGN(Tensor copy, Tensor::allocate(view.dtype, view.shape));
  const std::span<std::byte> out = copy.mutable_bytes();
  if (copy.elements() == 0) {
    return copy;
  }
  if (view.dense()) {
    std::memcpy(out.data(), view.data, out.size());
    return copy;
  }
  if (is_packed(view.dtype) || view.dtype == DType::kString) {
    return fail(ErrorCode::kInvalid, "a {} view cannot be strided", name_of(view.dtype));
  }
  const std::size_t width = bytes_of(view.dtype, 1);
  std::vector<std::int64_t> index(view.shape.rank(), 0);
  for (std::size_t at = 0; at < out.size(); at += width) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      offset += index[axis] * view.strides[axis];
    }
    std::memcpy(out.data() + at, view.data + offset, width);
    for (std::size_t axis = index.size(); axis-- > 0;) {
      if (++index[axis] < view.shape[axis]) {
        break;
      }
      index[axis] = 0;
    }
  }
  return copy;
}

}  // namespace arete::tensor
