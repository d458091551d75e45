// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/event_element.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "media/stream.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/event_rule.hpp"
#include "pipeline/elements/event_settings.hpp"
#include "pipeline/elements/score_segments.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {
namespace {

/// What a rule counted in one result; `best` is of highest score.
struct EventTally {
  RuleObservation observation;
  std::string label;
  const tensor::Detection* detection = nullptr;  ///< if the best is one

  void add(const std::string& name, float score, const tensor::Detection* where) {
    if (observation.count == 0 || score > observation.score) {
      observation.score = score;
      label = name;
      detection = where;
    }
    ++observation.count;
  }
};

EventTally count_matches(const NamedRule& rule, const tensor::Findings& findings) {
  EventTally tally;
  const auto matches = [&](const std::string& label, float score) {
    return score >= rule.settings.min_score && is_one_of(rule.labels, label);
  };
  for (const tensor::Detection& detection : findings.detections) {
    if (matches(detection.label, detection.score)) {
      tally.add(detection.label, detection.score, &detection);
    } else if (!detection.classes.empty() &&
               matches(detection.classes[0].label, detection.classes[0].score)) {
      tally.add(detection.classes[0].label, detection.classes[0].score, &detection);
    }
  }
  for (const tensor::Classification& found : findings.classes) {
    if (matches(found.label, found.score)) {
      tally.add(found.label, found.score, nullptr);
    }
  }
  return tally;
}

float score_of_class(const tensor::Findings& findings, const std::string& label) {
  for (const tensor::Classification& found : findings.classes) {
    if (label.empty() || found.label == label) {
      return found.score;
    }
  }
  return 0;
}

/// How long the packet's window of sound is; 0 for others.
Nanoseconds window_length(const Packet& packet) {
  const auto* const sound = std::get_if<media::AudioBlock>(packet.media.get());
  if (sound == nullptr || sound->sample_rate_hz <= 0) {
    return Nanoseconds(0);
  }
  return from_seconds(static_cast<double>(sound->samples.size()) / sound->sample_rate_hz);
}

class EventElement final : public Element {
 public:
  EventElement(EventSettings settings, std::string name)
      : settings_(std::move(settings)), name_(std::move(name)) {}

  Status process(Packet packet, Emitter& out) override {
    if (!is_events_packet(packet)) {
      ARETE_TRY_ASSIGN(const ElementResult* const found, wanted_result(packet, settings_.of));
      Stream& stream = stream_of(packet.stamp.source);
      if (std::exchange(stream.restarted, false)) {
        end_segments(stream, packet, out);
      }
      stream.stamp = packet.stamp;
      stream.end = packet.stamp.media_time + window_length(packet);
      for (std::size_t i = 0; i < settings_.rules.size(); ++i) {
        apply_rule(i, stream, found->findings, packet, out);
      }
      for (std::size_t i = 0; i < settings_.segments.size(); ++i) {
        const NamedSegments& segments = settings_.segments[i];
        const float score = score_of_class(found->findings, segments.label);
        tell_segment(i,
                     stream.segments[i].observe(segments.settings, packet.stamp.media_time, score),
                     packet, out);
      }
    }
    out.emit(std::move(packet));
    return {};
  }

  Status finish(Emitter& out) override {
    for (auto& [source, stream] : streams_) {
      Packet packet = events_packet(stream.stamp);
      end_segments(stream, packet, out);
      if (!packet.events.empty()) {
        out.emit(std::move(packet));
      }
    }
    return {};
  }

  void restart(int source) override {
    const auto found = streams_.find(source);
    if (found != streams_.end()) {
      found->second.restarted = true;
      for (EventRule& rule : found->second.rules) {
        rule.restart();
      }
    }
  }

 private:
  struct Stream {
    std::vector<EventRule> rules;
    std::vector<ScoreSegments> segments;
    Stamp stamp;  ///< of the last packet
    Nanoseconds end{0};
    bool restarted = false;  ///< what is open belongs to the stream before
  };

  Stream& stream_of(int source) {
    Stream& stream = streams_[source];
    stream.rules.resize(settings_.rules.size());
    stream.segments.resize(settings_.segments.size());
    return stream;
  }

  void apply_rule(std::size_t index, Stream& stream, const tensor::Findings& findings,
                  Packet& packet, Emitter& out) {
    const NamedRule& rule = settings_.rules[index];
    const EventTally tally = count_matches(rule, findings);
    std::optional<RuleOutcome> outcome =
        stream.rules[index].observe(rule.settings, packet.stamp.media_time, tally.observation);
    if (!outcome) {
      return;
    }
    const bool appeared = outcome->change == RuleChange::kAppeared;
    if (!(appeared ? rule.tell_appeared : rule.tell_disappeared)) {
      return;
    }
    if (outcome->suppressed) {
      out.decide(packet.stamp, Decision::kSuppressed, outcome->value, outcome->limit);
      return;
    }
    EventRecord event;
    event.element = name_;
    event.kind = appeared ? "appeared" : "disappeared";
    event.label = appeared ? tally.label : rule.labels.size() == 1 ? rule.labels[0] : "";
    event.score = outcome->score;
    event.start = outcome->start;
    event.end = outcome->end;
    event.reason = std::move(outcome->reason);
    event.details.set("rule", rule.name).set("count", tally.observation.count);
    if (tally.detection != nullptr) {
      event.details.set("box", box_node(tally.detection->box));
      if (tally.detection->track) {
        event.details.set("track", *tally.detection->track);
      }
    }
    out.decide(packet.stamp, Decision::kRaised, outcome->value, outcome->limit);
    packet.events.push_back(std::move(event));
  }

  void tell_segment(std::size_t index, const std::optional<ScoreSegment>& segment, Packet& packet,
                    Emitter& out) {
    if (!segment) {
      return;
    }
    const NamedSegments& named = settings_.segments[index];
    const double duration = to_seconds(segment->duration);
    const double shortest = to_seconds(named.settings.min_duration);
    out.decide(packet.stamp, segment->too_short ? Decision::kSuppressed : Decision::kRaised,
               duration, shortest);
    if (segment->too_short) {
      return;
    }
    EventRecord event;
    event.element = name_;
    event.kind = named.name;
    event.label = named.label;
    event.score = segment->score;
    event.start = segment->start;
    event.end = segment->end;
    event.reason = fmt::format(
        "score {:.2f} >= {:.2f}, then not below {:.2f} for {:.2f} s, {:.2f} s >= {:.2f} s",
        segment->score, named.settings.start_score, named.settings.end_score,
        to_seconds(named.settings.max_gap), duration, shortest);
    event.details.set("seconds", duration);
    packet.events.push_back(std::move(event));
  }

  void end_segments(Stream& stream, Packet& packet, Emitter& out) {
    for (std::size_t i = 0; i < stream.segments.size(); ++i) {
      tell_segment(i, stream.segments[i].end(settings_.segments[i].settings, stream.end), packet,
                   out);
    }
  }

  EventSettings settings_;
  std::string name_;
  std::map<int, Stream> streams_;  ///< by source
};

Result<std::unique_ptr<Element>> make_event(document::MapReader& reader,
                                            const ElementContext& context) {
  ARETE_TRY_ASSIGN(EventSettings settings, read_event_settings(reader));
  return std::make_unique<EventElement>(std::move(settings), context.name);
}

}  // namespace

const ElementType& event_element_type() {
  static const ElementType kType{
      .name = "event",
      .summary = "raises events by rules over results, with the reason",
      .takes = static_cast<PacketTypes>(PacketType::kResult),
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_event};
  return kType;
}

}  // namespace arete::pipeline
