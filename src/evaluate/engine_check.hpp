// `arete backends check`: does each engine that says it is there really load a model, run it on
// real memory, and give the reference evaluator's answers? Each in a process of its own, so that
// an engine that crashes or hangs is a finding. A model that loads and fails only at its first run
// is found. Threads: serial.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "document/node.hpp"
#include "evaluate/agreement.hpp"
#include "evaluate/engine_row.hpp"
#include "runtime/registry.hpp"

namespace arete::evaluate {

enum class CheckStatus : std::uint8_t {
  kOk,
  kFailed,       ///< says it is available, and is not, or gives wrong answers
  kUnavailable,  ///< says so itself
  kUnsupported,  ///< does not take this model, and says so before a run
};
[[nodiscard]] std::string_view name_of(CheckStatus status);

struct EngineCheck {
  std::string engine;
  CheckStatus status = CheckStatus::kOk;
  std::string stage;    ///< where it ended: "probe", "load", "run", "compare"; empty = all passed
  std::string message;  ///< why it is not ok, or what was not checked
  std::string format;
  double load_ms = 0;
  double first_run_ms = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::optional<Agreement> agreement;  ///< with the reference evaluator
};

struct CheckRequest {
  std::string model;                                                  ///< empty = a tiny one
  std::vector<std::string> engines;                                   ///< empty = all
  std::map<std::string, std::map<std::string, std::string>> options;  ///< by engine
  std::map<std::string, tensor::Shape> shapes;
};

/// kNotFound for an engine that nobody knows.
[[nodiscard]] Result<std::vector<EngineCheck>> check_engines(const runtime::Registry& registry,
                                                             const CheckRequest& request,
                                                             const RowFactory& factory);

/// What a model of this precision may differ, of the largest value: floats by 1e-3, narrow floats
/// by 5e-2. nullopt for a quantized model: engines round each layer differently, and on random
/// input, where no answer stands out, the sum of that may be anything.
[[nodiscard]] std::optional<double> largest_difference(std::string_view precision);

[[nodiscard]] document::Node to_node(const EngineCheck& check);
[[nodiscard]] std::string to_text(std::span<const EngineCheck> checks);

}  // namespace arete::evaluate
