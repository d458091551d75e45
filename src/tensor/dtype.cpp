// SPDX-License-Identifier: Apache-2.0
#include "tensor/dtype.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace arete::tensor {
namespace {

enum class Family : std::uint8_t { kOther, kFloat, kSigned, kUnsigned };

struct Row {
  DType dtype;
  std::string_view name;
  int bits;
  Family family;
};

constexpr std::array kRows = {
    Row{DType::kUndefined, "undefined", 0, Family::kOther},
    Row{DType::kF32, "f32", 32, Family::kFloat},
    Row{DType::kF64, "f64", 64, Family::kFloat},
    Row{DType::kF16, "f16", 16, Family::kFloat},
    Row{DType::kBf16, "bf16", 16, Family::kFloat},
    Row{DType::kI8, "i8", 8, Family::kSigned},
    Row{DType::kI16, "i16", 16, Family::kSigned},
    Row{DType::kI32, "i32", 32, Family::kSigned},
    Row{DType::kI64, "i64", 64, Family::kSigned},
    Row{DType::kU8, "u8", 8, Family::kUnsigned},
    Row{DType::kU16, "u16", 16, Family::kUnsigned},
    Row{DType::kU32, "u32", 32, Family::kUnsigned},
    Row{DType::kU64, "u64", 64, Family::kUnsigned},
    Row{DType::kI4, "i4", 4, Family::kSigned},
    Row{DType::kU4, "u4", 4, Family::kUnsigned},
    Row{DType::kI2, "i2", 2, Family::kSigned},
    Row{DType::kU2, "u2", 2, Family::kUnsigned},
    Row{DType::kBool, "bool", 8, Family::kOther},
    Row{DType::kString, "string", 0, Family::kOther},
    Row{DType::kC64, "c64", 64, Family::kOther},
    Row{DType::kC128, "c128", 128, Family::kOther},
    Row{DType::kF8E4M3Fn, "f8e4m3fn", 8, Family::kFloat},
    Row{DType::kF8E4M3Fnuz, "f8e4m3fnuz", 8, Family::kFloat},
    Row{DType::kF8E5M2, "f8e5m2", 8, Family::kFloat},
    Row{DType::kF8E5M2Fnuz, "f8e5m2fnuz", 8, Family::kFloat},
    Row{DType::kF8E8M0, "f8e8m0", 8, Family::kFloat},
    Row{DType::kF4E2M1, "f4e2m1", 4, Family::kFloat},
};

const Row& row(DType dtype) { return kRows[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::string_view name_of(DType dtype) { return row(dtype).name; }

std::optional<DType> dtype_from_name(std::string_view name) {
  for (const Row& candidate : kRows) {
    if (candidate.name == name && candidate.dtype != DType::kUndefined) {
      return candidate.dtype;
    }
  }
  return std::nullopt;
}

int bits_of(DType dtype) { return row(dtype).bits; }

std::size_t bytes_of(DType dtype, std::size_t elements) {
  const auto bits = static_cast<std::size_t>(bits_of(dtype));
  return bits >= 8 ? elements * (bits / 8) : (elements * bits + 7) / 8;
}

bool is_packed(DType dtype) {
  const int bits = bits_of(dtype);
  return bits > 0 && bits < 8;
}

bool is_floating(DType dtype) { return row(dtype).family == Family::kFloat; }

bool is_integer(DType dtype) {
  return row(dtype).family == Family::kSigned || row(dtype).family == Family::kUnsigned;
}

bool is_signed_integer(DType dtype) { return row(dtype).family == Family::kSigned; }

IntegerRange integer_range(DType dtype) {
  const int bits = bits_of(dtype);
  if (bits >= 64) {
    return {std::numeric_limits<std::int64_t>::lowest(), std::numeric_limits<std::int64_t>::max()};
  }
  if (is_signed_integer(dtype)) {
    return {-(std::int64_t{1} << (bits - 1)), (std::int64_t{1} << (bits - 1)) - 1};
  }
  return {0, (std::int64_t{1} << bits) - 1};
}

float to_float(Float16 value) {
  const std::uint32_t sign = static_cast<std::uint32_t>(value.bits & 0x8000U) << 16;
  const std::uint32_t exponent = (value.bits >> 10) & 0x1FU;
  const std::uint32_t fraction = value.bits & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

float to_float(BFloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

Float16 to_float16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) {
    return {static_cast<std::uint16_t>(sign | 0x7E00U)};
  }
  if (magnitude >= 0x477FF000U) {  // rounds to 65536 or more
    return {static_cast<std::uint16_t>(sign | 0x7C00U)};
  }
  if (magnitude < 0x38800000U) {  // subnormal: units of 2^-24
    const float scaled = std::ldexp(std::bit_cast<float>(magnitude), 24);
    return {static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(scaled)))};
  }
  const std::uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13) & 1U);
  return {static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13))};
}

BFloat16 to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) {
    return {static_cast<std::uint16_t>((bits >> 16) | 0x40U)};
  }
  return {static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16)};
}

}  // namespace arete::tensor
