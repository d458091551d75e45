// SPDX-License-Identifier: Apache-2.0
#include "element_types.hpp"

#include <algorithm>
#include <array>

#include "arete/plugin/failure.hpp"

namespace arete_et {
namespace {

using executorch::aten::ScalarType;

struct Pair {
  ScalarType theirs;
  arete_dtype ours;
};

constexpr std::array kPairs{
    Pair{ScalarType::Float, ARETE_DTYPE_F32},  Pair{ScalarType::Double, ARETE_DTYPE_F64},
    Pair{ScalarType::Half, ARETE_DTYPE_F16},   Pair{ScalarType::BFloat16, ARETE_DTYPE_BF16},
    Pair{ScalarType::Byte, ARETE_DTYPE_U8},    Pair{ScalarType::Char, ARETE_DTYPE_I8},
    Pair{ScalarType::UInt16, ARETE_DTYPE_U16}, Pair{ScalarType::Short, ARETE_DTYPE_I16},
    Pair{ScalarType::UInt32, ARETE_DTYPE_U32}, Pair{ScalarType::Int, ARETE_DTYPE_I32},
    Pair{ScalarType::UInt64, ARETE_DTYPE_U64}, Pair{ScalarType::Long, ARETE_DTYPE_I64},
    Pair{ScalarType::Bool, ARETE_DTYPE_BOOL},
};

}  // namespace

arete_dtype dtype_of(ScalarType type, const std::string& tensor) {
  const auto* const found = std::ranges::find(kPairs, type, &Pair::theirs);
  if (found == kPairs.end()) {
    throw arete::plugin::Failure(ARETE_UNSUPPORTED,
                                 "'" + tensor + "' has the element type number " +
                                     std::to_string(static_cast<int>(type)) +
                                     " of ExecuTorch, which cannot be handed over");
  }
  return found->ours;
}

ScalarType scalar_type_of(arete_dtype dtype) {
  const auto* const found = std::ranges::find(kPairs, dtype, &Pair::ours);
  return found == kPairs.end() ? ScalarType::Undefined : found->theirs;
}

}  // namespace arete_et
