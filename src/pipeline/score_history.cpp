// SPDX-License-Identifier: Apache-2.0
#include "pipeline/score_history.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

namespace arete::pipeline {

std::optional<ScoreHistory> ScoreHistory::take_over(spec::ResolvedSpec& spec) {
  for (spec::ResolvedOutput& output : spec.outputs) {
    auto* const top = std::get_if<spec::TopK>(&output.meaning.decoder);
    if (top == nullptr || output.meaning.aggregation.method == spec::Aggregation::Method::kNone) {
      continue;
    }
    ScoreHistory history(output.meaning.aggregation);
    history.k_ = static_cast<std::size_t>(std::max(top->k, 0));
    history.min_score_ = top->min_score;
    top->k = std::numeric_limits<int>::max();
    top->min_score = std::numeric_limits<double>::lowest();
    return history;
  }
  return std::nullopt;
}

void ScoreHistory::apply(int stream, std::vector<tensor::Classification>& classes) {
  auto& windows = windows_[stream];
  windows.push_back(std::move(classes));
  if (windows.size() > static_cast<std::size_t>(how_.windows)) {
    windows.pop_front();
  }
  const bool mean = how_.method == spec::Aggregation::Method::kMean;
  std::map<int, tensor::Classification> merged;
  for (const auto& window : windows) {
    for (const tensor::Classification& one : window) {
      const auto [place, is_new] = merged.try_emplace(one.index, one);
      if (!is_new) {
        float& score = place->second.score;
        score = mean ? score + one.score : std::max(score, one.score);
      }
    }
  }
  classes.clear();
  for (auto& [index, one] : merged) {
    one.score = mean ? one.score / static_cast<float>(windows.size()) : one.score;
    if (static_cast<double>(one.score) >= min_score_) {
      classes.push_back(std::move(one));
    }
  }
  std::ranges::stable_sort(classes, std::ranges::greater{}, &tensor::Classification::score);
  classes.resize(std::min(classes.size(), k_));
}

}  // namespace arete::pipeline
