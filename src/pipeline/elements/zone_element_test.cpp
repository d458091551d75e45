// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/zone_element.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/json_writer.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/shapes.hpp"
#include "pipeline/elements/test_elements.hpp"

namespace arete::pipeline {
namespace {

// The right half of the picture of 100 x 200.
constexpr auto kRightHalf = "zones: {door: [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]}";

Packet walker(double seconds, float x, std::int64_t track = 1, std::string label = "person") {
  return result_packet(seconds,
                       {detection_at(std::move(label), 0.8F, {x - 5, 100, x + 5, 120}, track)});
}

std::string story(const std::vector<Packet>& packets) {
  std::string text;
  for (const Packet& packet : packets) {
    for (const EventRecord& event : packet.events) {
      text += fmt::format("{:.1f} {}; ", to_seconds(packet.stamp.media_time), event.kind);
    }
  }
  return text;
}

/// Feeds one walker a frame, every 0.1 s, at these x.
std::string walk(std::string_view yaml, const std::vector<float>& places) {
  ElementBench bench;
  EXPECT_EQ(bench.why_not(zone_element_type(), yaml), "");
  std::string text;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double time = static_cast<double>(i) / 10;
    text += story(
        bench.feed(places[i] < 0 ? result_packet(time, {}, 0, true) : walker(time, places[i])));
  }
  return text;
}

TEST(ZoneElement, TellsWhoEntersStaysAndLeaves) {
  const std::string yaml =
      fmt::format("{{{}, enter_after: 0, leave_after: 0, dwell: 0.3}}", kRightHalf);
  EXPECT_EQ(walk(yaml, {20, 60, 60, 60, 60, 60, 20}),
            "0.1 zone_entered; 0.4 zone_dwell; 0.6 zone_left; ");
}

TEST(ZoneElement, OneThatStandsOnTheBorderDoesNotComeAndGo) {
  const std::string yaml = fmt::format("{{{}, enter_after: 0.2, leave_after: 0.3}}", kRightHalf);
  EXPECT_EQ(walk(yaml, {49, 51, 49, 51, 49, 51, 49}), "");
  EXPECT_EQ(walk(yaml, {51, 51, 51, 49, 51, 49, 49, 51, 51}), "0.2 zone_entered; ");
}

TEST(ZoneElement, WhoIsNotSeenAnyMoreHasLeft) {
  const std::string yaml = fmt::format("{{{}, enter_after: 0, lost_after: 0.3}}", kRightHalf);
  EXPECT_EQ(walk(yaml, {60, -1, -1, 60, -1, -1, -1, -1}), "0.0 zone_entered; 0.6 zone_left; ");
}

TEST(ZoneElement, CountsNowAndInAllByLabelAndDrawsIt) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(zone_element_type(), fmt::format("{{{}, enter_after: 0}}", kRightHalf)),
            "");
  bench.feed(walker(0, 60, 1));
  bench.feed(walker(0.1, 20, 2));
  const auto packets = bench.feed(walker(0.2, 70, 3, "dog"));
  ASSERT_EQ(packets[0].events.size(), 1U);
  EXPECT_EQ(document::to_json(packets[0].events[0].details),
            R"({"zone": "door", "track": 3, "box": [65.0, 100.0, 75.0, 120.0], "seconds": 0.0, )"
            R"("inside": 2, "totals": {"dog": 1, "person": 1}})");
  EXPECT_EQ(packets[0].events[0].reason, "inside for 0.00 s >= 0.00 s");
  const auto& overlays = packets[0].result_of("detector")->overlays;
  ASSERT_EQ(overlays.size(), 1U);
  EXPECT_EQ(overlays[0].name, "door");
  EXPECT_EQ(overlays[0].inside, 2);
  EXPECT_EQ(overlays[0].points[2].x, 100);
  EXPECT_EQ(overlays[0].points[2].y, 200);
}

TEST(ZoneElement, LooksAtTheLabelsAskedForOnly) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(zone_element_type(),
                          fmt::format("{{{}, enter_after: 0, labels: dog}}", kRightHalf)),
            "");
  EXPECT_TRUE(bench.feed(walker(0, 60, 1))[0].events.empty());
  EXPECT_EQ(bench.feed(walker(0, 60, 1, "dog"))[0].events.size(), 1U);
}

TEST(ZoneElement, NeedsTracksAndAPicture) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(zone_element_type(), fmt::format("{{{}}}", kRightHalf)), "");
  EXPECT_TRUE(bench.feed(result_packet(0, {detection_at("x", 1, {0, 0, 9, 9})})).empty());
  EXPECT_NE(bench.error.find("put an element of type 'track' between"), std::string::npos);
  Packet sound = class_packet(0, "speech", 1);
  ElementResult tracked = *sound.result_of("");
  tracked.tracked = true;
  sound.set_result(tracked);
  EXPECT_TRUE(bench.feed(sound).empty());
  EXPECT_NE(bench.error.find("results of a picture"), std::string::npos);
}

TEST(ZoneElement, RefusesShapesThatAreNone) {
  ElementBench bench;
  const auto& type = zone_element_type();
  EXPECT_NE(bench.why_not(type, "{}").find("zones"), std::string::npos);
  EXPECT_NE(bench.why_not(type, "{zones: {}}").find("with 1 to 100 names"), std::string::npos);
  EXPECT_NE(bench.why_not(type, "{zones: {a: [[0, 0], [1, 1]]}}").find("3 to 1000 points"),
            std::string::npos);
  EXPECT_NE(bench.why_not(type, "{zones: {a: [[0, 0], [1, 1], [5, 0]]}}").find("from 0 to 1"),
            std::string::npos);
  EXPECT_NE(bench.why_not(type, "{zones: {a: [[0, 0], [1, 1], 5]}}").find("[x, y]"),
            std::string::npos);
}

TEST(Shapes, APointIsInAPolygonOrNotWhateverItsShape) {
  const ShapePoints hook{{0, 0}, {10, 0}, {10, 10}, {6, 10}, {6, 4}, {4, 4}, {4, 10}, {0, 10}};
  EXPECT_TRUE(contains(hook, {2, 8}));
  EXPECT_TRUE(contains(hook, {8, 8}));
  EXPECT_FALSE(contains(hook, {5, 8}));
  EXPECT_TRUE(contains(hook, {5, 2}));
  EXPECT_FALSE(contains(hook, {-1, 4}));
  EXPECT_FALSE(contains(hook, {11, 4}));
}

}  // namespace
}  // namespace arete::pipeline
