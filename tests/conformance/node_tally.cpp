// SPDX-License-Identifier: Apache-2.0
#include "node_tally.hpp"

#include <algorithm>
#include <array>

namespace arete::conformance {
namespace {

struct Exception {
  std::string_view name_part;
  std::string_view folder_part;  ///< empty = any
  std::string_view reason;
};

/// Cases that no implementation but the one that wrote them can match.
constexpr std::array kExceptions = {
    Exception{"test_bernoulli", "", "draws random numbers"},
    Exception{"FLOAT_to_BFLOAT16", "libonnx-testdata",
              "data of ONNX 1.12, which cut bf16 off instead of rounding"},
};

}  // namespace

std::string_view known_exception(const CaseResult& result) {
  const auto* found = std::ranges::find_if(kExceptions, [&](const Exception& exception) {
    return result.name.find(exception.name_part) != std::string::npos &&
           result.folder.string().find(exception.folder_part) != std::string::npos;
  });
  return found == kExceptions.end() ? std::string_view() : found->reason;
}

Tally run_all(std::span<const std::filesystem::path> roots) {
  Tally tally;
  for (const auto& root : roots) {
    for (const auto& folder : case_folders(root)) {
      CaseResult result = run_case(folder);
      if (result.verdict == Verdict::kNotListed) {
        ++tally.not_listed[result.reason];
        continue;
      }
      const bool passed = result.verdict == Verdict::kPassed;
      const auto add = [passed](Count& count) {
        ++count.total;
        count.passed += passed ? 1 : 0;
      };
      if (!passed && !known_exception(result).empty()) {
        tally.exceptions.push_back(std::move(result));
        continue;
      }
      add(tally.all);
      if (result.expanded) {
        add(tally.expanded);
      } else {
        std::ranges::for_each(result.operators,
                              [&](const std::string& name) { add(tally.by_operator[name]); });
      }
      tally.shapes_incomplete += result.shapes_complete ? 0 : 1;
      if (!passed) {
        tally.failures.push_back(std::move(result));
      }
    }
  }
  return tally;
}

}  // namespace arete::conformance
