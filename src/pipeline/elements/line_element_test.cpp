// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/line_element.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "document/json_writer.hpp"
#include "pipeline/elements/line_crossing.hpp"
#include "pipeline/elements/test_elements.hpp"

namespace arete::pipeline {
namespace {

// From left to right at half the height of a picture of 100 x 200: y = 100, forward is down.
constexpr auto kAcross = "lines: {gate: [[0.2, 0.5], [0.8, 0.5]]}";

Packet feet_at(double seconds, float x, float y, std::int64_t track = 1) {
  return result_packet(seconds, {detection_at("person", 0.8F, {x - 5, y - 40, x + 5, y}, track)});
}

std::string crossings_of(std::string_view yaml, const std::vector<float>& heights, float x = 50) {
  ElementBench bench;
  EXPECT_EQ(bench.why_not(line_element_type(), yaml), "");
  std::string text;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    for (const auto& packet : bench.feed(feet_at(static_cast<double>(i) / 10, x, heights[i]))) {
      for (const EventRecord& event : packet.events) {
        text += fmt::format("{} {}; ", i, event.details.find("direction")->string());
      }
    }
  }
  return text;
}

const std::string kYaml = fmt::format("{{{}}}", kAcross);

TEST(LineElement, CountsByDirection) {
  EXPECT_EQ(crossings_of(kYaml, {60, 80, 95, 110, 130}), "3 in; ");
  EXPECT_EQ(crossings_of(kYaml, {130, 110, 90, 70}), "2 out; ");
  EXPECT_EQ(crossings_of(kYaml, {60, 140, 60, 140}), "1 in; 2 out; 3 in; ");
}

TEST(LineElement, JitterOnTheLineCountsNothing) {
  std::mt19937 random(6);
  std::vector<float> heights{80};
  for (int i = 0; i < 500; ++i) {
    heights.push_back(97 + static_cast<float>(random() % 7));  // 97..103: within 4 pixels
  }
  heights.push_back(80);
  EXPECT_EQ(crossings_of(kYaml, heights), "");
  heights.back() = 120;
  EXPECT_EQ(crossings_of(kYaml, heights), "501 in; ");
}

TEST(LineElement, WhoPassesBesideItsEndsDoesNotCross) {
  EXPECT_EQ(crossings_of(kYaml, {60, 140}, 10), "");
  EXPECT_EQ(crossings_of(kYaml, {60, 140}, 90), "");
}

TEST(LineElement, WhoBeginsOnTheLineHasCrossedNothing) {
  EXPECT_EQ(crossings_of(kYaml, {100, 101, 120}), "");
}

TEST(LineElement, TellsTotalsAndDrawsThem) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(line_element_type(), kYaml), "");
  bench.feed(feet_at(0, 50, 60, 1));
  bench.feed(feet_at(0.1, 50, 140, 2));
  bench.feed(feet_at(0.2, 50, 140, 1));
  const auto packets = bench.feed(feet_at(0.3, 50, 60, 2));
  ASSERT_EQ(packets[0].events.size(), 1U);
  const EventRecord& event = packets[0].events[0];
  EXPECT_EQ(event.kind, "line_crossed");
  EXPECT_EQ(event.start, at_seconds(0.1));
  EXPECT_EQ(event.end, at_seconds(0.3));
  EXPECT_EQ(event.reason, "crossed and 40.0 pixels beyond > 4.0");
  EXPECT_EQ(document::to_json(event.details),
            R"({"line": "gate", "direction": "out", "track": 2, "box": [45.0, 20.0, 55.0, 60.0], )"
            R"("in": 1, "out": 1})");
  const auto& overlays = packets[0].result_of("detector")->overlays;
  ASSERT_EQ(overlays.size(), 1U);
  EXPECT_EQ(overlays[0].forward, 1);
  EXPECT_EQ(overlays[0].backward, 1);
}

TEST(LineElement, NeedsTracks) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(line_element_type(), kYaml), "");
  bench.feed(result_packet(0, {}));
  EXPECT_NE(bench.error.find("have no tracks"), std::string::npos);
  EXPECT_NE(bench.why_not(line_element_type(), "{lines: {a: [[0, 0]]}}").find("2 to 1000 points"),
            std::string::npos);
}

TEST(LineCrossing, WhereTwoPiecesMeetOneIsCrossed) {
  const ShapePoints bent{{0, 50}, {50, 50}, {100, 50}};
  EXPECT_EQ(crossings(bent, {50, 0}, {50, 100}), 1);
  EXPECT_EQ(crossings(bent, {50, 100}, {50, 0}), -1);
  const ShapePoints corner{{0, 100}, {50, 50}, {100, 100}};
  EXPECT_EQ(crossings(corner, {50, 0}, {50, 100}), 1);
  EXPECT_EQ(crossings(corner, {0, 75}, {100, 75}), 0);  // in and out again
}

TEST(LineCrossing, TheWayBackUndoesTheWayThere) {
  std::mt19937 random(21);
  const auto any = [&] {
    return media::OverlayPoint{static_cast<float>(random() % 11),
                               static_cast<float>(random() % 11)};
  };
  int crossed = 0;
  for (int round = 0; round < 5000; ++round) {
    const ShapePoints line{any(), any(), any()};
    const media::OverlayPoint a = any();
    const media::OverlayPoint b = any();
    crossed += crossings(line, a, b) != 0 ? 1 : 0;
    // What lies exactly on an end may be seen differently from the two sides.
    if (distance_to(line, a) > 0 && distance_to(line, b) > 0 && distance_to({a, b}, line[0]) > 0 &&
        distance_to({a, b}, line[1]) > 0 && distance_to({a, b}, line[2]) > 0) {
      EXPECT_EQ(crossings(line, a, b) + crossings(line, b, a), 0);
    }
  }
  EXPECT_GT(crossed, 500);
}

TEST(LineCrossing, DistanceIsToTheNearestPiece) {
  const ShapePoints line{{0, 0}, {10, 0}, {10, 10}};
  EXPECT_DOUBLE_EQ(distance_to(line, {5, 3}), 3);
  EXPECT_DOUBLE_EQ(distance_to(line, {13, 5}), 3);
  EXPECT_DOUBLE_EQ(distance_to(line, {-3, -4}), 5);
}

}  // namespace
}  // namespace arete::pipeline
