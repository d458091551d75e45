// Element types of LiteRT against those of the ABI.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "arete/backend.h"

namespace arete_litert {

/// ARETE_DTYPE_UNDEFINED for what the ABI does not know.
[[nodiscard]] arete_dtype dtype_of(std::int32_t element_type);

}  // namespace arete_litert
