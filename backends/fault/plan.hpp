// What shall go wrong, and when: `fail=run:3:no_space` fails the third run with that code.
// Threads: a plan belongs to one session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "arete/plugin.hpp"

namespace arete_fault {

/// One thing that goes wrong at the nth call (from 1) of one function; 0 = at every call.
struct Rule {
  std::string function;  ///< load, supports, bind, run, output, get_state, set_state, profile
  std::uint64_t call = 1;
  arete_code code = ARETE_INTERNAL;
};

struct Plan {
  std::vector<Rule> failures;      ///< option "fail"
  std::vector<Rule> stalls;        ///< option "stall": waits until stopped; only of run
  std::vector<Rule> wrong_shapes;  ///< option "wrong_shape": rank 1 more than it is; only of output
};

/// Throws ARETE_INVALID naming what it does not understand.
[[nodiscard]] Plan read_plan(const arete::plugin::Options& options);

/// Counts the calls of each function.
class Calls {
 public:
  explicit Calls(const std::vector<Rule>& rules) : rules_(&rules) {}
  /// The rule that applies to this call of `function`, or nullptr.
  const Rule* next(std::string_view function);

 private:
  const std::vector<Rule>* rules_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

/// Throws as `calls` says for this call.
void fail_if_planned(Calls& calls, std::string_view function);

}  // namespace arete_fault
