// Compares a quantized model with ONNX Runtime operator by operator: each node that touches a
// quantized value becomes a model of its own, is fed what it got in the evaluator, and must give
// the same stored integers, or one step away.
// Threads: as the evaluator that calls it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model_files.hpp"

namespace arete::conformance {

class NodeComparison {
 public:
  /// `model` outlives the comparison and is the one that is run, in float QDQ arithmetic.
  explicit NodeComparison(const model::Model& model) : model_(model) {}

  /// For EvaluatorOptions::observer. A node in a loop is compared once.
  void observe(const model::Node& node, std::span<const model::Datum> inputs,
               std::span<const model::Datum> outputs);

  [[nodiscard]] std::size_t checked() const { return checked_; }
  /// Of all outputs of all nodes.
  [[nodiscard]] const Difference& integers() const { return integers_; }
  [[nodiscard]] const Difference& floats() const { return floats_; }
  /// The nodes that are further apart than allowed, or that could not be compared, and why.
  [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }
  /// Quantized nodes that hold subgraphs: their bodies' nodes are compared instead.
  [[nodiscard]] std::size_t containers() const { return containers_; }

 private:
  [[nodiscard]] bool touches_quantized(const model::Node& node) const;
  Status compare(const model::Node& node, std::span<const model::Datum> inputs,
                 std::span<const model::Datum> outputs);

  const model::Model& model_;
  std::set<const model::Node*> seen_;
  std::size_t checked_ = 0;
  std::size_t containers_ = 0;
  Difference integers_;
  Difference floats_;
  std::vector<std::string> findings_;
};

}  // namespace arete::conformance
