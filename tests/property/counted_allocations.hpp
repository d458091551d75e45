// Counts what this test program takes from the heap through operator new. Linked into programs that
// ask for it; replaces the operators for the whole program. Threads: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace arete::property {

/// Since the program began; nothing under a sanitizer, which counts for itself.
[[nodiscard]] std::optional<std::uint64_t> allocations();

}  // namespace arete::property
