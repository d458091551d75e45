// Class scores that do not flicker: the exponential mean, the median, or the vote of the last ones.
// Threads: a value, serial. Pure: all time is media time that the caller passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

enum class ClassSmoothing : std::uint8_t {
  kNone,
  kExponential,  ///< scores: the mean, older ones count less and less
  kMedian,       ///< scores: the median of the last few
  kVote,         ///< the class that was best in most of the last few, with its share as the score
};

struct ClassSmoothingSettings {
  ClassSmoothing method = ClassSmoothing::kExponential;
  double time_constant_s = 0.5;  ///< of the exponential mean
  int window = 5;                ///< of median and vote
};

class ClassSmoother {
 public:
  /// A class that is not among `classes` counts as score 0. Best first, as many as came in.
  [[nodiscard]] std::vector<tensor::Classification> smooth(
      const ClassSmoothingSettings& settings, const std::vector<tensor::Classification>& classes,
      Nanoseconds now);

 private:
  struct Entry {
    std::string label;
    double mean = 0;
    std::deque<float> recent;
  };

  void take(const ClassSmoothingSettings& settings,
            const std::vector<tensor::Classification>& classes, Nanoseconds now);
  [[nodiscard]] std::vector<tensor::Classification> vote(
      const ClassSmoothingSettings& settings, const std::vector<tensor::Classification>& classes);

  std::map<int, Entry> entries_;  ///< by class index
  std::deque<int> winners_;       ///< class indices, newest last
  bool has_time_ = false;
  Nanoseconds last_{0};
};

}  // namespace arete::pipeline
