// Counts what this test program takes from the heap through operator new. Linked into programs that
// ask for it; replaces the operators for the whole program. Threads: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arete::property {

/// Since the program began.
[[nodiscard]] std::uint64_t allocations();

}  // namespace arete::property
