// Counts every operator new of the process: linking counted_new.cpp replaces the global one.
// Threads: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arete::regress {

[[nodiscard]] std::uint64_t allocations_so_far();

}  // namespace arete::regress
