// The ABI's dtypes as DLPack's types and as the words of a signature file.
// Threads: pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlpack/dlpack.h>

#include <optional>
#include <string_view>

#include "arete/backend.h"

namespace arete_tvm {

/// nullopt for a dtype that TVM's functions cannot take.
[[nodiscard]] std::optional<DLDataType> dlpack_type_of(arete_dtype dtype);
/// ARETE_DTYPE_UNDEFINED for a type that the ABI does not have.
[[nodiscard]] arete_dtype dtype_of(DLDataType type);
/// "f32"; ARETE_DTYPE_UNDEFINED if TVM has no such type.
[[nodiscard]] arete_dtype dtype_named(std::string_view name);

}  // namespace arete_tvm
