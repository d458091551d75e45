// The engines that Arete has heard of, so that one without a plug-in is listed with the reason
// instead of being unknown. What can be used is found at run time (registry.hpp).
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace arete::runtime {

struct KnownEngine {
  std::string_view name;
  std::string_view not_built;  ///< why this version has no plug-in for it; empty = it has one
};

/// Sorted by name.
[[nodiscard]] std::span<const KnownEngine> known_engines();

}  // namespace arete::runtime
