// Scores of the last few windows of a stream, averaged or maximized as the spec's `aggregation`
// asks. Works on all classes; the k best are chosen afterwards. Internal to the module. Threads:
// serial. Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "spec/resolve.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

class ScoreHistory {
 public:
  /// nullopt if the spec asks for nothing of the kind. Otherwise `spec` is changed so that its
  /// decoder gives all classes.
  [[nodiscard]] static std::optional<ScoreHistory> take_over(spec::ResolvedSpec& spec);

  /// Puts the classes of a new window into the history and what comes of it in their place.
  void apply(int stream, std::vector<tensor::Classification>& classes);
  void forget(int stream) { windows_.erase(stream); }

 private:
  explicit ScoreHistory(const spec::Aggregation& how) : how_(how) {}

  spec::Aggregation how_;
  std::size_t k_ = 0;
  double min_score_ = 0;
  std::map<int, std::deque<std::vector<tensor::Classification>>> windows_;
};

}  // namespace arete::pipeline
