// SPDX-License-Identifier: Apache-2.0
#include "element_types.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace arete_litert {

arete_dtype dtype_of(std::int32_t element_type) {
  using Pair = std::pair<std::int32_t, arete_dtype>;
  static constexpr std::array<Pair, 22> kPairs{{
      {1, ARETE_DTYPE_F32},       {2, ARETE_DTYPE_I32},       {3, ARETE_DTYPE_U8},
      {4, ARETE_DTYPE_I64},       {5, ARETE_DTYPE_STRING},    {6, ARETE_DTYPE_BOOL},
      {7, ARETE_DTYPE_I16},       {8, ARETE_DTYPE_C64},       {9, ARETE_DTYPE_I8},
      {10, ARETE_DTYPE_F16},      {11, ARETE_DTYPE_F64},      {12, ARETE_DTYPE_C128},
      {13, ARETE_DTYPE_U64},      {16, ARETE_DTYPE_U32},      {17, ARETE_DTYPE_U16},
      {18, ARETE_DTYPE_I4},       {19, ARETE_DTYPE_BF16},     {20, ARETE_DTYPE_I2},
      {21, ARETE_DTYPE_U4},       {22, ARETE_DTYPE_F8E4M3FN}, {23, ARETE_DTYPE_F8E5M2},
      {0, ARETE_DTYPE_UNDEFINED},
  }};
  const auto* const found = std::ranges::find(kPairs, element_type, &Pair::first);
  return found == kPairs.end() ? ARETE_DTYPE_UNDEFINED : found->second;
}

}  // namespace arete_litert
