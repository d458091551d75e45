// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/event_element.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "document/json_writer.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/test_elements.hpp"

namespace arete::pipeline {
namespace {

constexpr tensor::Box kBox{10, 20, 30, 60};

/// Feeds a frame every 0.1 s: a digit is so many persons, and gives what was raised as
/// "0.5 appeared; 1.2 suppressed; ".
std::string story_of(std::string_view yaml, std::string_view persons) {
  ElementBench bench;
  EXPECT_EQ(bench.why_not(event_element_type(), yaml), "");
  std::string story;
  for (std::size_t i = 0; i < persons.size(); ++i) {
    const double time = static_cast<double>(i) / 10;
    std::vector<tensor::Detection> detections(static_cast<std::size_t>(persons[i] - '0'),
                                              detection_at("person", 0.8F, kBox));
    detections.push_back(detection_at("dog", 0.9F, kBox));
    detections.push_back(detection_at("person", 0.2F, kBox));
    bench.out.decisions.clear();
    const auto packets = bench.feed(result_packet(time, detections));
    EXPECT_EQ(packets.size(), 1U);
    for (const EventRecord& event : packets[0].events) {
      story += fmt::format("{:.1f} {}; ", time, event.kind);
    }
    for (const DecisionRecord& record : bench.out.decisions) {
      story +=
          record.decision == Decision::kSuppressed ? fmt::format("{:.1f} suppressed; ", time) : "";
    }
  }
  return story;
}

TEST(EventElement, EnoughObjectsForLongEnough) {
  constexpr auto kRule =
      "{rules: {crowd: {labels: person, min_score: 0.5, at_least: 2, for: 0.3}}}";
  EXPECT_EQ(story_of(kRule, "1111111111"), "");
  EXPECT_EQ(story_of(kRule, "0022222000"), "0.5 appeared; ");
  EXPECT_EQ(story_of(kRule, "2221222122"), "");  // never long enough on end
}

TEST(EventElement, AShortGapMayBeAllowed) {
  EXPECT_EQ(story_of("{rules: {a: {labels: person, min_score: 0.5, for: 0.5, max_gap: 0.25}}}",
                     "1101101111"),
            "0.6 appeared; ");
  EXPECT_EQ(story_of("{rules: {a: {labels: person, min_score: 0.5, for: 0.5, max_gap: 0.25}}}",
                     "1100110011"),
            "");
}

TEST(EventElement, InSomeOfTheLastFrames) {
  constexpr auto kRule = "{rules: {a: {labels: person, min_score: 0.5, frames: [3, 5]}}}";
  EXPECT_EQ(story_of(kRule, "0101010000"), "0.5 appeared; ");
  EXPECT_EQ(story_of(kRule, "1000100010001"), "");
}

TEST(EventElement, TellsOnceUntilItIsGoneForLongEnough) {
  constexpr auto kRule =
      "{rules: {a: {labels: person, min_score: 0.5, absent_for: 0.3, kinds: [appeared, "
      "disappeared]}}}";
  EXPECT_EQ(story_of(kRule, "0111001100001"), "0.1 appeared; 1.0 disappeared; 1.2 appeared; ");
}

TEST(EventElement, CooldownSuppressesWhatComesTooSoonAfter) {
  constexpr auto kRule =
      "{rules: {a: {labels: person, min_score: 0.5, absent_for: 0, cooldown: 0.5}}}";
  EXPECT_EQ(story_of(kRule, "1010000010"), "0.0 appeared; 0.2 suppressed; 0.8 appeared; ");
}

TEST(EventElement, SaysWhy) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(event_element_type(),
                          "{rules: {a: {labels: [person], min_score: 0.6, for: 0.2}}}"),
            "");
  bench.feed(result_packet(1, {detection_at("person", 0.7F, kBox)}));
  bench.feed(result_packet(1.1, {detection_at("person", 0.9F, kBox)}));
  const auto packets = bench.feed(result_packet(1.2, {detection_at("person", 0.75F, kBox, 4)}));
  ASSERT_EQ(packets[0].events.size(), 1U);
  const EventRecord& event = packets[0].events[0];
  EXPECT_EQ(event.element, "it");
  EXPECT_EQ(event.label, "person");
  EXPECT_FLOAT_EQ(event.score, 0.9F);
  EXPECT_EQ(event.start, at_seconds(1));
  EXPECT_EQ(event.end, at_seconds(1.2));
  EXPECT_EQ(event.reason, "1 x person >= 1, score 0.90 >= 0.60, for 0.20 s >= 0.20 s");
  EXPECT_EQ(document::to_json(event.details),
            R"({"rule": "a", "count": 1, "box": [10.0, 20.0, 30.0, 60.0], "track": 4})");
  ASSERT_EQ(bench.out.decisions.size(), 1U);
  EXPECT_EQ(bench.out.decisions[0].decision, Decision::kRaised);
  EXPECT_NEAR(bench.out.decisions[0].value, 0.2, 1e-9);
}

TEST(EventElement, LooksAtClassesToo) {
  ElementBench bench;
  ASSERT_EQ(
      bench.why_not(event_element_type(), "{rules: {asleep: {labels: closed, min_score: 0.6}}}"),
      "");
  tensor::Detection face = detection_at("face", 0.9F, kBox);
  face.classes = {{"open", 0, 0.8F}, {"closed", 1, 0.7F}};
  EXPECT_TRUE(bench.feed(result_packet(0, {face}))[0].events.empty());
  face.classes = {{"closed", 1, 0.7F}};
  EXPECT_EQ(bench.feed(result_packet(0.1, {face}))[0].events.at(0).label, "closed");
  EXPECT_EQ(bench.feed(class_packet(0.1, "closed", 0.7F, 1))[0].events.size(), 1U);
}

TEST(EventElement, RulesOfOneSourceDoNotSeeTheOther) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(event_element_type(), "{rules: {a: {for: 0.5}}}"), "");
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(
        bench.feed(result_packet(i, {detection_at("x", 1, kBox)}, i % 2))[0].events.empty() ||
        i >= 2);
    EXPECT_TRUE(bench.feed(result_packet(i, {}, i % 2))[0].events.empty());
  }
}

TEST(EventElement, SegmentsAreOneEventEachAndTheLastIsClosedAtTheEnd) {
  ElementBench bench;
  ASSERT_EQ(
      bench.why_not(event_element_type(), "{segments: {speech: {label: speech, end_score: 0.35}}}"),
      "");
  std::vector<EventRecord> events;
  for (int i = 0; i < 60; ++i) {
    const bool speaks = (i >= 10 && i < 25) || i >= 45;
    for (const auto& packet : bench.feed(class_packet(i * 0.032, "speech", speaks ? 0.9F : 0.1F))) {
      events.insert(events.end(), packet.events.begin(), packet.events.end());
    }
  }
  ASSERT_EQ(events.size(), 1U);
  for (const auto& packet : bench.finish()) {
    EXPECT_TRUE(is_events_packet(packet));
    events.insert(events.end(), packet.events.begin(), packet.events.end());
  }
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, "speech");
  EXPECT_EQ(events[0].label, "speech");
  EXPECT_EQ(events[0].start, at_seconds(0.29));
  EXPECT_EQ(events[0].end, at_seconds(0.83));
  EXPECT_EQ(events[0].reason,
            "score 0.90 >= 0.50, then not below 0.35 for 0.10 s, 0.48 s >= 0.25 s");
  EXPECT_EQ(events[1].start, at_seconds(1.41));
  EXPECT_EQ(events[1].end, at_seconds(1.92));  // the end of the last window
  EXPECT_TRUE(bench.finish().empty());
}

TEST(EventElement, AReconnectEndsWhatWasOpen) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(event_element_type(), "{segments: {speech: {}}, rules: {a: {for: 5}}}"),
            "");
  for (int i = 0; i < 20; ++i) {
    bench.feed(class_packet(i * 0.032, "speech", 0.9F));
  }
  bench.element->restart(0);
  const auto packets = bench.feed(class_packet(100, "speech", 0.9F));
  ASSERT_EQ(packets[0].events.size(), 1U);  // the segment; the rule has not held for 100 s
  EXPECT_EQ(packets[0].events[0].end, at_seconds(0.64));
}

TEST(EventElement, RefusesSettingsThatMakeNoSense) {
  ElementBench bench;
  const auto& type = event_element_type();
  EXPECT_EQ(bench.why_not(type, "{}"), "line 1: an event element needs 'rules' or 'segments'");
  EXPECT_NE(bench.why_not(type, "{rules: {a: {frames: [5, 3]}}}").find("'frames' must be [K, N]"),
            std::string::npos);
  EXPECT_NE(bench.why_not(type, "{rules: {a: {frames: [2, 3], for: 1}}}").find("goes without"),
            std::string::npos);
  EXPECT_NE(bench.why_not(type, "{rules: {a: {kinds: [vanished]}}}").find("vanished"),
            std::string::npos);
  EXPECT_NE(bench.why_not(type, "{rules: {a: {label: x}}}").find("did you mean 'labels'"),
            std::string::npos);
  EXPECT_NE(bench.why_not(type, "{segments: {a: {start_score: 0.4, end_score: 0.5}}}")
                .find("'end_score' is 0.5, but must be from 0 to 0.4"),
            std::string::npos);
  EXPECT_NE(bench.why_not(type, "{rules: [a]}").find("must be a map from names"),
            std::string::npos);
}

}  // namespace
}  // namespace arete::pipeline
