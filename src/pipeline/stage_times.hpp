// Where each frame's milliseconds went: one series of durations a stage, summed up as percentiles.
// Threads: one writer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace arete::pipeline {

enum class Stage : std::size_t { kDecode, kPreprocess, kInfer, kPostprocess, kDraw, kWrite };
inline constexpr std::size_t kStageCount = 6;
[[nodiscard]] std::string_view name_of(Stage stage);

struct StageSummary {
  double p50_ms = 0;
  double p99_ms = 0;
};

/// Takes notice of what ran from when to when, Clock::monotonic().
class StageSink {
 public:
  virtual ~StageSink() = default;
  virtual void spent(Stage stage, Nanoseconds start, Nanoseconds end) = 0;
};

class StageTimes final : public StageSink {
 public:
  void add(Stage stage, Nanoseconds duration);
  void spent(Stage stage, Nanoseconds start, Nanoseconds end) override { add(stage, end - start); }
  /// nullopt if the stage never ran. Percentiles by nearest rank.
  [[nodiscard]] std::optional<StageSummary> summary(Stage stage) const;
  /// Sum over all stages and frames.
  [[nodiscard]] Nanoseconds total() const { return total_; }

 private:
  std::array<std::vector<Nanoseconds>, kStageCount> durations_;
  Nanoseconds total_{0};
};

/// Runs `work` and books its duration, whether it succeeds or not.
template <class Work>
auto timed(Clock& clock, StageSink& times, Stage stage, Work&& work) {
  const Nanoseconds start = clock.monotonic();
  auto result = std::forward<Work>(work)();
  times.spent(stage, start, clock.monotonic());
  return result;
}

}  // namespace arete::pipeline
