// SPDX-License-Identifier: Apache-2.0
#include "element_types.hpp"

#include <algorithm>
#include <array>

namespace arete_openvino {
namespace {

struct TypePair {
  arete_dtype dtype;
  ov_element_type_e element;
};

constexpr std::array<TypePair, 20> kPairs{{
    {ARETE_DTYPE_BOOL, BOOLEAN},  {ARETE_DTYPE_BF16, BF16},     {ARETE_DTYPE_F16, F16},
    {ARETE_DTYPE_F32, F32},       {ARETE_DTYPE_F64, F64},       {ARETE_DTYPE_I4, I4},
    {ARETE_DTYPE_I8, I8},         {ARETE_DTYPE_I16, I16},       {ARETE_DTYPE_I32, I32},
    {ARETE_DTYPE_I64, I64},       {ARETE_DTYPE_U2, U2},         {ARETE_DTYPE_U4, U4},
    {ARETE_DTYPE_U8, U8},         {ARETE_DTYPE_U16, U16},       {ARETE_DTYPE_U32, U32},
    {ARETE_DTYPE_U64, U64},       {ARETE_DTYPE_STRING, STRING}, {ARETE_DTYPE_F8E4M3FN, F8E4M3},
    {ARETE_DTYPE_F8E5M2, F8E5M3}, {ARETE_DTYPE_F4E2M1, F4E2M1},
}};

}  // namespace

arete_dtype dtype_of(ov_element_type_e type) {
  const auto* const found = std::ranges::find(kPairs, type, &TypePair::element);
  return found == kPairs.end() ? ARETE_DTYPE_UNDEFINED : found->dtype;
}

ov_element_type_e element_type_of(arete_dtype dtype) {
  const auto* const found = std::ranges::find(kPairs, dtype, &TypePair::dtype);
  return found == kPairs.end() ? DYNAMIC : found->element;
}

}  // namespace arete_openvino
