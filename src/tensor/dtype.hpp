// Element types of tensors: names, sizes, and the 16-bit float storage types with conversions.
// The 8-bit and smaller floats of newer ONNX files are named so that they survive; few operators
// compute on them. Packed types hold several elements in a byte, first element in the low bits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arete::tensor {

enum class DType : std::uint8_t {
  kUndefined,
  kF32,
  kF64,
  kF16,
  kBf16,
  kI8,
  kI16,
  kI32,
  kI64,
  kU8,
  kU16,
  kU32,
  kU64,
  kI4,    ///< packed, two in a byte
  kU4,    ///< packed
  kI2,    ///< packed, four in a byte
  kU2,    ///< packed
  kBool,  ///< one byte, 0 or 1
  kString,
  kC64,  ///< complex of two f32
  kC128,
  kF8E4M3Fn,
  kF8E4M3Fnuz,
  kF8E5M2,
  kF8E5M2Fnuz,
  kF8E8M0,
  kF4E2M1,  ///< packed
};

/// "f32", "u8", "i4" ...; "undefined" for kUndefined.
[[nodiscard]] std::string_view name_of(DType dtype);
[[nodiscard]] std::optional<DType> dtype_from_name(std::string_view name);

/// Bits of one element; 0 for kString and kUndefined.
[[nodiscard]] int bits_of(DType dtype);
/// Bytes that `elements` elements need, packed types rounded up to a whole byte; 0 for strings.
/// The caller has checked that elements * 16 does not overflow.
[[nodiscard]] std::size_t bytes_of(DType dtype, std::size_t elements);

[[nodiscard]] bool is_packed(DType dtype);
[[nodiscard]] bool is_floating(DType dtype);
[[nodiscard]] bool is_integer(DType dtype);  ///< signed or unsigned, packed ones too; not bool
[[nodiscard]] bool is_signed_integer(DType dtype);

/// Lowest and highest value of an integer type of up to 32 bits (and i64).
struct IntegerRange {
  std::int64_t lowest;
  std::int64_t highest;
};
[[nodiscard]] IntegerRange integer_range(DType dtype);

/// IEEE 754 binary16, storage only.
struct Float16 {
  std::uint16_t bits;
};
/// The upper half of an f32, storage only.
struct BFloat16 {
  std::uint16_t bits;
};

[[nodiscard]] float to_float(Float16 value);
[[nodiscard]] float to_float(BFloat16 value);
[[nodiscard]] Float16 to_float16(float value);    ///< nearest, ties to even
[[nodiscard]] BFloat16 to_bfloat16(float value);  ///< nearest, ties to even

/// The DType of a C++ element type; strings and packed types have none.
template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::kF32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::kF64;
};
template <>
struct DTypeOf<Float16> {
  static constexpr DType value = DType::kF16;
};
template <>
struct DTypeOf<BFloat16> {
  static constexpr DType value = DType::kBf16;
};
template <>
struct DTypeOf<std::int8_t> {
  static constexpr DType value = DType::kI8;
};
template <>
struct DTypeOf<std::int16_t> {
  static constexpr DType value = DType::kI16;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr DType value = DType::kI32;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr DType value = DType::kI64;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType value = DType::kU8;
};
template <>
struct DTypeOf<std::uint16_t> {
  static constexpr DType value = DType::kU16;
};
template <>
struct DTypeOf<std::uint32_t> {
  static constexpr DType value = DType::kU32;
};
template <>
struct DTypeOf<std::uint64_t> {
  static constexpr DType value = DType::kU64;
};
template <>
struct DTypeOf<bool> {
  static constexpr DType value = DType::kBool;
};
template <class T>
inline constexpr DType kDTypeOf = DTypeOf<T>::value;

}  // namespace arete::tensor
