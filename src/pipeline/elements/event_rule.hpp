// When a condition on a stream's results is worth an event: it held long enough, it ended, or the
// last event is too fresh. Knows times and counts alone. Not here: what is counted.
// Threads: a value, serial. Pure: all time is media time that the caller passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace arete::pipeline {

struct EventRuleSettings {
  std::string what;           ///< for reasons: "person"
  float min_score = 0;        ///< for reasons: what was counted has at least this
  int at_least = 1;           ///< so many make the condition true
  Nanoseconds lasting{0};     ///< it must hold for so long
  Nanoseconds max_gap{0};     ///< it may fail for so long without beginning anew
  int hits = 0;               ///< if not 0, instead: it holds in so many
  int frames = 0;             ///< of the last so many frames
  Nanoseconds absent_for{0};  ///< failing for so long ends it
  Nanoseconds cooldown{0};    ///< least time from one event to the next of its kind
};

/// What was counted in one frame.
struct RuleObservation {
  int count = 0;
  float score = 0;  ///< the best of them
};

enum class RuleChange : std::uint8_t { kAppeared, kDisappeared };

struct RuleOutcome {
  RuleChange change = RuleChange::kAppeared;
  bool suppressed = false;  ///< too soon after the last: value (seconds since) < limit
  float score = 0;          ///< the best since `start`
  Nanoseconds start{0};
  Nanoseconds end{0};
  double value = 0;  ///< what was compared with `limit`: seconds or frames
  double limit = 0;
  std::string reason;
};

class EventRule {
 public:
  [[nodiscard]] std::optional<RuleOutcome> observe(const EventRuleSettings& settings,
                                                   Nanoseconds now,
                                                   const RuleObservation& observation);
  /// The stream began anew: nothing holds any more; the cooldown goes on.
  void restart();

 private:
  struct Frame {
    Nanoseconds time;
    bool hit;
  };

  void note(const EventRuleSettings& settings, Nanoseconds now, bool hit, float score);
  [[nodiscard]] std::optional<RuleOutcome> appear(const EventRuleSettings& settings,
                                                  Nanoseconds now, int count);
  [[nodiscard]] std::optional<RuleOutcome> disappear(const EventRuleSettings& settings,
                                                     Nanoseconds now);

  bool present_ = false;
  bool told_ = false;  ///< the appearance was not suppressed
  std::optional<Nanoseconds> since_;
  bool missed_ = false;  ///< since the last hit
  Nanoseconds last_hit_{0};
  float best_ = 0;
  std::deque<Frame> recent_;
  std::optional<Nanoseconds> raised_;
};

}  // namespace arete::pipeline
