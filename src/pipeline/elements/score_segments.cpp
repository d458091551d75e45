// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/score_segments.hpp"

#include <algorithm>
#include <optional>

#include "base/clock.hpp"

namespace arete::pipeline {

std::optional<ScoreSegment> ScoreSegments::observe(const SegmentSettings& settings,
                                                   Nanoseconds time, float score) {
  if (score >= settings.start_score) {
    low_since_.reset();
    if (!start_) {
      start_ = time;
      best_ = score;
    }
    best_ = std::max(best_, score);
    return std::nullopt;
  }
  // A score that is no number counts as low.
  if (!start_ || score >= settings.end_score) {
    return std::nullopt;
  }
  if (!low_since_) {
    low_since_ = time;
  }
  if (time - *low_since_ < settings.max_gap) {
    return std::nullopt;
  }
  return close(settings, *low_since_, *low_since_ + settings.padding);
}

std::optional<ScoreSegment> ScoreSegments::end(const SegmentSettings& settings, Nanoseconds time) {
  if (!start_) {
    return std::nullopt;
  }
  return close(settings, time, time);
}

ScoreSegment ScoreSegments::close(const SegmentSettings& settings, Nanoseconds end,
                                  Nanoseconds padded_end) {
  ScoreSegment segment;
  segment.duration = end - *start_;
  segment.start = std::max(*start_ - settings.padding, previous_end_);
  segment.end = std::max(padded_end, segment.start);
  segment.score = best_;
  segment.too_short = segment.duration < settings.min_duration;
  if (!segment.too_short) {
    previous_end_ = segment.end;
  }
  start_.reset();
  low_since_.reset();
  return segment;
}

}  // namespace arete::pipeline
