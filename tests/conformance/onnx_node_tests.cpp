// ONNX's own tests of single operators against the reference evaluator and shape inference.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node_tally.hpp"

namespace arete::conformance {
namespace {

void print(const Tally& tally) {
  for (const auto& [name, count] : tally.by_operator) {
    fmt::print("{:<40} {:>4}/{:<4}{}\n", name, count.passed, count.total,
               count.passed == count.total ? "" : " !");
  }
  fmt::print("{:<40} {:>4}/{:<4}\n", "functions as their bodies", tally.expanded.passed,
             tally.expanded.total);
  fmt::print("{:<40} {:>4}/{:<4}\n", "all", tally.all.passed, tally.all.total);
  fmt::print("extents not all inferred in {} cases\n", tally.shapes_incomplete);
  for (const auto& [names, count] : tally.not_listed) {
    fmt::print("not listed: {} ({} cases)\n", names, count);
  }
  for (const CaseResult& result : tally.exceptions) {
    fmt::print("not compared: {} ({})\n", result.name, known_exception(result));
  }
}

TEST(OnnxNodeTests, EveryCaseOfAListedOperatorPasses) {
  const Tally tally = run_all(case_roots());
  if (tally.all.total == 0) {
    GTEST_SKIP() << "no cases: run tools/setup/node_tests.py or install libonnx-testdata";
  }
  print(tally);
  for (const CaseResult& result : tally.failures) {
    ADD_FAILURE() << result.name << ": " << result.reason;
  }
}

}  // namespace
}  // namespace arete::conformance
