// ExecuTorch's scalar types as the ABI's dtypes and back.
// Threads: pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <executorch/runtime/core/exec_aten/exec_aten.h>

#include <string>

#include "arete/backend.h"

namespace arete_et {

/// Throws Failure, naming the tensor, for a type that the ABI does not have.
[[nodiscard]] arete_dtype dtype_of(executorch::aten::ScalarType type, const std::string& tensor);
[[nodiscard]] executorch::aten::ScalarType scalar_type_of(arete_dtype dtype);

}  // namespace arete_et
