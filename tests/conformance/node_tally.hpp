// Passed and total cases by operator, and the cases known not to be comparable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node_case.hpp"

namespace arete::conformance {

struct Count {
  int passed = 0;
  int total = 0;
};

struct Tally {
  std::map<std::string, Count> by_operator;  ///< cases of the operator itself, not expanded ones
  Count expanded;
  Count all;                              ///< of the operators that are listed
  std::map<std::string, int> not_listed;  ///< by operator
  std::vector<CaseResult> failures;       ///< known exceptions aside
  std::vector<CaseResult> exceptions;
  int shapes_incomplete = 0;
};

/// Runs every case under the roots.
[[nodiscard]] Tally run_all(std::span<const std::filesystem::path> roots);

/// Why a case cannot be compared; empty if it can.
[[nodiscard]] std::string_view known_exception(const CaseResult& result);

}  // namespace arete::conformance
