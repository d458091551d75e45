// One of ONNX's operator tests: a folder with a model and its data, run in the reference evaluator
// and compared, shapes inferred and compared too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace arete::conformance {

enum class Verdict {
  kPassed,
  kFailed,
  kNotListed,  ///< the model uses an operator that the registry does not have
};

struct CaseResult {
  std::string name;
  std::filesystem::path folder;
  std::set<std::string> operators;  ///< of the main graph, Constant aside; with domain
  bool expanded = false;            ///< the body of a function instead of its operator
  Verdict verdict = Verdict::kFailed;
  std::string reason;           ///< why it failed, or what is not listed
  bool shapes_complete = true;  ///< each output's extents were inferred as numbers
};

/// Every case below the folder, sorted by name; empty if the folder does not exist.
[[nodiscard]] std::vector<std::filesystem::path> case_folders(const std::filesystem::path& root);

[[nodiscard]] CaseResult run_case(const std::filesystem::path& folder);

/// Where the cases may lie: those generated at set-up and those of Debian's libonnx-testdata.
[[nodiscard]] std::vector<std::filesystem::path> case_roots();

}  // namespace arete::conformance
