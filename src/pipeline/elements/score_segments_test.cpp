// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/score_segments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace arete::pipeline {
namespace {

using std::chrono::milliseconds;
using Spans = std::vector<std::pair<Nanoseconds, Nanoseconds>>;

constexpr milliseconds kWindow(32);

/// Segments of a whole stream of windows, as the element would tell them.
Spans segments_of(const std::vector<float>& scores, const SegmentSettings& settings = {}) {
  ScoreSegments segments;
  Spans spans;
  const auto tell = [&](const std::optional<ScoreSegment>& segment) {
    if (segment && !segment->too_short) {
      spans.emplace_back(segment->start, segment->end);
    }
  };
  for (std::size_t i = 0; i < scores.size(); ++i) {
    tell(segments.observe(settings, i * kWindow, scores[i]));
  }
  tell(segments.end(settings, scores.size() * kWindow));
  return spans;
}

/// Windows of high (h), middling (m, between the thresholds) and low (.) scores.
std::vector<float> scores_of(const std::string& pattern) {
  std::vector<float> scores;
  for (const char c : pattern) {
    scores.push_back(c == 'h' ? 0.9F : c == 'm' ? 0.4F : 0.1F);
  }
  return scores;
}

TEST(ScoreSegments, BeginHighAndEndWhereItBecameLowForLong) {
  // 10 high windows from window 4 on, then silence.
  EXPECT_EQ(segments_of(scores_of("....hhhhhhhhhh........")),
            (Spans{{4 * kWindow - milliseconds(30), 14 * kWindow + milliseconds(30)}}));
}

TEST(ScoreSegments, AShortGapIsPartOfIt) {
  // 3 windows are 96 ms from first to last look: less than 100 ms.
  EXPECT_EQ(segments_of(scores_of("hhhhhhhhh...hhhhhhhhh.....")).size(), 1U);
  EXPECT_EQ(segments_of(scores_of("hhhhhhhhh.....hhhhhhhhh.....")).size(), 2U);
}

TEST(ScoreSegments, MiddlingScoresNeitherBeginNorEnd) {
  EXPECT_EQ(segments_of(scores_of("mmmmmmmmmmmmmmmmmm")).size(), 0U);
  EXPECT_EQ(segments_of(scores_of("hhmmmmmmmmmmmmmmmm.....")),
            (Spans{{Nanoseconds(0), 18 * kWindow + milliseconds(30)}}));
  // A middling score within a gap does not begin the gap anew.
  EXPECT_EQ(segments_of(scores_of("hhhhhhhhhh.mm..hhhhhhhhhh......")).size(), 2U);
}

TEST(ScoreSegments, ShortOnesAreNone) {
  EXPECT_EQ(segments_of(scores_of("..hhhhhhh.......")).size(), 0U);   // 224 ms
  EXPECT_EQ(segments_of(scores_of("..hhhhhhhh.......")).size(), 1U);  // 256 ms
}

TEST(ScoreSegments, WhatIsOpenAtTheEndIsClosedThereWithoutPadding) {
  EXPECT_EQ(segments_of(scores_of("....hhhhhhhhhh")),
            (Spans{{4 * kWindow - milliseconds(30), 14 * kWindow}}));
}

TEST(ScoreSegments, PaddingNeverReachesIntoTheSegmentBefore) {
  SegmentSettings settings;
  settings.padding = milliseconds(500);
  const Spans spans = segments_of(scores_of("hhhhhhhhhh.....hhhhhhhhhh....."), settings);
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[1].first, spans[0].second);
  EXPECT_GE(spans[1].second, spans[1].first);
}

TEST(ScoreSegments, ScoresThatAreNoNumbersAreLow) {
  std::vector<float> scores = scores_of("hhhhhhhhhh......");
  for (std::size_t i = 10; i < scores.size(); ++i) {
    scores[i] = std::nanf("");
  }
  EXPECT_EQ(segments_of(scores).size(), 1U);
}

/// The same cut by looking at the whole at once: runs of windows, joined over short gaps.
Spans segments_by_runs(const std::vector<float>& scores) {
  const SegmentSettings settings;
  Spans spans;
  std::size_t i = 0;
  while (i < scores.size()) {
    if (scores[i] < settings.start_score) {
      ++i;
      continue;
    }
    const std::size_t first = i;
    std::size_t end = scores.size();
    std::size_t next = scores.size();
    for (std::size_t low = first; low < scores.size(); ++low) {
      if (scores[low] >= settings.end_score) {
        continue;
      }
      // Is it a gap, or the end: a low window 100 ms on with no high one between?
      std::size_t k = low;
      while (k < scores.size() && scores[k] < settings.start_score &&
             (scores[k] >= settings.end_score || (k - low) * kWindow < settings.max_gap)) {
        ++k;
      }
      if (k < scores.size() && scores[k] < settings.start_score) {
        end = low;
        next = k + 1;
        break;
      }
      if (k >= scores.size()) {
        break;
      }
      low = k;
    }
    if ((end - first) * kWindow >= settings.min_duration) {
      const Nanoseconds begin = first * kWindow - settings.padding;
      const Nanoseconds stop =
          end == scores.size() ? end * kWindow : end * kWindow + settings.padding;
      spans.emplace_back(std::max(begin, Nanoseconds(0)), stop);
    }
    i = next;
  }
  return spans;
}

TEST(ScoreSegments, AgreeWithACutOfTheWholeAtOnce) {
  std::mt19937 random(17);
  for (int round = 0; round < 300; ++round) {
    std::vector<float> scores;
    float level = 0.5F;
    for (int i = 0; i < 300; ++i) {
      level += (static_cast<float>(random() % 1000) / 1000 - 0.5F) * 0.5F;
      level = std::clamp(level, 0.0F, 1.0F);
      scores.push_back(level);
    }
    EXPECT_EQ(segments_of(scores), segments_by_runs(scores)) << round;
  }
}

}  // namespace
}  // namespace arete::pipeline
