// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/event_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "pipeline/elements/element_input.hpp"

namespace arete::pipeline {

void EventRule::restart() {
  present_ = false;
  since_.reset();
  recent_.clear();
}

void EventRule::note(const EventRuleSettings& settings, Nanoseconds now, bool hit, float score) {
  if (settings.frames > 0) {
    recent_.push_back({now, hit});
    if (recent_.size() > static_cast<std::size_t>(settings.frames)) {
      recent_.pop_front();
    }
  }
  missed_ = missed_ || !hit;
  const bool broken = settings.frames > 0 ? std::ranges::none_of(recent_, &Frame::hit)
                                          : missed_ && now - last_hit_ > settings.max_gap;
  if (!present_ && broken) {
    since_.reset();
  }
  if (!hit) {
    return;
  }
  missed_ = false;
  if (!since_) {
    since_ = now;
    best_ = 0;
  }
  last_hit_ = now;
  best_ = std::max(best_, score);
}

std::optional<RuleOutcome> EventRule::appear(const EventRuleSettings& settings, Nanoseconds now,
                                             int count) {
  RuleOutcome outcome;
  outcome.start = *since_;
  std::string lasted;
  if (settings.frames > 0) {
    const auto hits = std::ranges::count_if(recent_, &Frame::hit);
    outcome.value = static_cast<double>(hits);
    outcome.limit = settings.hits;
    outcome.start = std::ranges::find_if(recent_, &Frame::hit)->time;
    lasted = fmt::format("in {} of the last {} frames >= {}", hits, recent_.size(), settings.hits);
  } else {
    outcome.value = to_seconds(now - *since_);
    outcome.limit = to_seconds(settings.lasting);
    lasted = fmt::format("for {:.2f} s >= {:.2f} s", outcome.value, outcome.limit);
  }
  if (outcome.value < outcome.limit) {
    return std::nullopt;
  }
  present_ = true;
  since_ = outcome.start;
  told_ = !raised_ || now - *raised_ >= settings.cooldown;
  outcome.score = best_;
  outcome.end = now;
  outcome.suppressed = !told_;
  outcome.reason = fmt::format("{} x {} >= {}, score {:.2f} >= {:.2f}, {}", count, settings.what,
                               settings.at_least, best_, settings.min_score, lasted);
  if (told_) {
    raised_ = now;
  } else {
    outcome.value = to_seconds(now - *raised_);
    outcome.limit = to_seconds(settings.cooldown);
  }
  return outcome;
}

std::optional<RuleOutcome> EventRule::disappear(const EventRuleSettings& settings,
                                                Nanoseconds now) {
  const Nanoseconds absent = now - last_hit_;
  if (absent < settings.absent_for) {
    return std::nullopt;
  }
  RuleOutcome outcome;
  outcome.change = RuleChange::kDisappeared;
  outcome.suppressed = !told_;
  outcome.score = best_;
  outcome.start = *since_;
  outcome.end = last_hit_;
  outcome.value = to_seconds(absent);
  outcome.limit = to_seconds(settings.absent_for);
  outcome.reason = fmt::format("fewer than {} x {} for {:.2f} s >= {:.2f} s, after {:.2f} s",
                               settings.at_least, settings.what, outcome.value, outcome.limit,
                               to_seconds(outcome.end - outcome.start));
  restart();
  return outcome;
}

std::optional<RuleOutcome> EventRule::observe(const EventRuleSettings& settings, Nanoseconds now,
                                              const RuleObservation& observation) {
  const bool hit = observation.count >= settings.at_least;
  note(settings, now, hit, observation.score);
  if (present_) {
    return hit ? std::nullopt : disappear(settings, now);
  }
  return hit ? appear(settings, now, observation.count) : std::nullopt;
}

}  // namespace arete::pipeline
