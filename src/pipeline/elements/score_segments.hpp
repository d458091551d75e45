// From one score a window to stretches of time: begins at a high score, ends when the score stayed
// low for a while; too short ones are none. As voice activity detectors cut speech.
// Threads: a value, serial. Pure: all time is media time that the caller passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"

namespace arete::pipeline {

struct SegmentSettings {
  float start_score = 0.5F;  ///< from here on it begins
  float end_score = 0.35F;   ///< below this it may end
  Nanoseconds min_duration = std::chrono::milliseconds(250);
  Nanoseconds max_gap = std::chrono::milliseconds(100);  ///< a low score for less is part of it
  Nanoseconds padding = std::chrono::milliseconds(30);   ///< added at both ends
};

struct ScoreSegment {
  Nanoseconds start{0};  ///< with padding; not before 0 or the end of the segment before
  Nanoseconds end{0};
  Nanoseconds duration{0};  ///< without padding
  float score = 0;          ///< the highest
  bool too_short = false;   ///< below min_duration: for the record only
};

class ScoreSegments {
 public:
  /// The score of the window that begins at `time`; what ended by it, if anything did.
  [[nodiscard]] std::optional<ScoreSegment> observe(const SegmentSettings& settings,
                                                    Nanoseconds time, float score);
  /// The stream ends at `time`: so does what is open.
  [[nodiscard]] std::optional<ScoreSegment> end(const SegmentSettings& settings, Nanoseconds time);

 private:
  [[nodiscard]] ScoreSegment close(const SegmentSettings& settings, Nanoseconds end,
                                   Nanoseconds padded_end);

  std::optional<Nanoseconds> start_;
  std::optional<Nanoseconds> low_since_;
  float best_ = 0;
  Nanoseconds previous_end_{0};
};

}  // namespace arete::pipeline
