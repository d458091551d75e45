// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/class_smoother.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <map>
#include <vector>

#include "base/clock.hpp"
#include "pipeline/elements/element_input.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {
namespace {

void keep_last(std::deque<float>& values, float value, int count) {
  values.push_back(value);
  while (values.size() > static_cast<std::size_t>(count)) {
    values.pop_front();
  }
}

float median_of(const std::deque<float>& values) {
  std::vector<float> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  return *middle;
}

}  // namespace

void ClassSmoother::take(const ClassSmoothingSettings& settings,
                         const std::vector<tensor::Classification>& classes, Nanoseconds now) {
  const double passed = has_time_ ? std::max(to_seconds(now - last_), 0.0) : 0;
  const double share = !has_time_ || settings.time_constant_s <= 0
                           ? 1
                           : 1 - std::exp(-passed / settings.time_constant_s);
  has_time_ = true;
  last_ = now;
  std::map<int, float> scores;
  for (const tensor::Classification& found : classes) {
    scores.emplace(found.index, std::isfinite(found.score) ? found.score : 0);
    entries_.try_emplace(found.index, Entry{found.label, 0, {}});
  }
  for (auto& [index, entry] : entries_) {
    const auto found = scores.find(index);
    const float score = found == scores.end() ? 0 : found->second;
    entry.mean += share * (static_cast<double>(score) - entry.mean);
    keep_last(entry.recent, score, settings.window);
  }
}

std::vector<tensor::Classification> ClassSmoother::vote(
    const ClassSmoothingSettings& settings, const std::vector<tensor::Classification>& classes) {
  if (!classes.empty()) {
    winners_.push_back(classes.front().index);
    entries_.try_emplace(classes.front().index, Entry{classes.front().label, 0, {}});
  }
  while (winners_.size() > static_cast<std::size_t>(settings.window)) {
    winners_.pop_front();
  }
  if (winners_.empty()) {
    return {};
  }
  std::map<int, int> votes;
  for (const int index : winners_) {
    ++votes[index];
  }
  // Of equals the one that was seen last.
  int best = winners_.back();
  for (auto winner = winners_.rbegin(); winner != winners_.rend(); ++winner) {
    best = votes[*winner] > votes[best] ? *winner : best;
  }
  const float share = static_cast<float>(votes[best]) / static_cast<float>(winners_.size());
  return {{entries_.at(best).label, best, share}};
}

std::vector<tensor::Classification> ClassSmoother::smooth(
    const ClassSmoothingSettings& settings, const std::vector<tensor::Classification>& classes,
    Nanoseconds now) {
  if (settings.method == ClassSmoothing::kNone) {
    return classes;
  }
  if (settings.method == ClassSmoothing::kVote) {
    return vote(settings, classes);
  }
  take(settings, classes, now);
  std::vector<tensor::Classification> smoothed;
  for (const auto& [index, entry] : entries_) {
    const float score = settings.method == ClassSmoothing::kMedian ? median_of(entry.recent)
                                                                   : static_cast<float>(entry.mean);
    smoothed.push_back({entry.label, index, score});
  }
  std::ranges::stable_sort(smoothed,
                           [](const auto& a, const auto& b) { return a.score > b.score; });
  smoothed.resize(std::min(smoothed.size(), classes.size()));
  return smoothed;
}

}  // namespace arete::pipeline
