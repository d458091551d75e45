// SPDX-License-Identifier: Apache-2.0
#include "element_types.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "arete/plugin/tensor.hpp"

namespace arete_tvm {
namespace {

struct Row {
  arete_dtype ours;
  std::uint8_t code;
  std::uint8_t bits;
};

constexpr std::array kRows{
    Row{ARETE_DTYPE_F32, kDLFloat, 32}, Row{ARETE_DTYPE_F64, kDLFloat, 64},
    Row{ARETE_DTYPE_F16, kDLFloat, 16}, Row{ARETE_DTYPE_BF16, kDLBfloat, 16},
    Row{ARETE_DTYPE_I8, kDLInt, 8},     Row{ARETE_DTYPE_I16, kDLInt, 16},
    Row{ARETE_DTYPE_I32, kDLInt, 32},   Row{ARETE_DTYPE_I64, kDLInt, 64},
    Row{ARETE_DTYPE_U8, kDLUInt, 8},    Row{ARETE_DTYPE_U16, kDLUInt, 16},
    Row{ARETE_DTYPE_U32, kDLUInt, 32},  Row{ARETE_DTYPE_U64, kDLUInt, 64},
    Row{ARETE_DTYPE_BOOL, kDLBool, 8},
};

}  // namespace

std::optional<DLDataType> dlpack_type_of(arete_dtype dtype) {
  const auto* const row = std::ranges::find(kRows, dtype, &Row::ours);
  if (row == kRows.end()) {
    return std::nullopt;
  }
  return DLDataType{row->code, row->bits, 1};
}

arete_dtype dtype_of(DLDataType type) {
  const auto* const row = std::ranges::find_if(kRows, [&](const Row& it) {
    return it.code == type.code && it.bits == type.bits && type.lanes == 1;
  });
  return row == kRows.end() ? ARETE_DTYPE_UNDEFINED : row->ours;
}

arete_dtype dtype_named(std::string_view name) {
  const auto* const row = std::ranges::find_if(
      kRows, [&](const Row& it) { return name == arete::plugin::facts_of(it.ours)->name; });
  return row == kRows.end() ? ARETE_DTYPE_UNDEFINED : row->ours;
}

}  // namespace arete_tvm
