// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/track_element.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/test_elements.hpp"

namespace arete::pipeline {
namespace {

std::vector<std::optional<std::int64_t>> tracks_of(const std::vector<Packet>& packets) {
  std::vector<std::optional<std::int64_t>> tracks;
  for (const Packet& packet : packets) {
    EXPECT_TRUE(packet.result_of("detector")->tracked);
    for (const auto& detection : packet.result_of("detector")->findings.detections) {
      tracks.push_back(detection.track);
    }
  }
  return tracks;
}

Packet two_things(double seconds, int source) {
  const auto x = static_cast<float>(20 * seconds);
  return result_packet(seconds,
                       {detection_at("person", 0.9F, {x, 0, x + 20, 40}),
                        detection_at("dog", 0.8F, {60, 100, 90, 120})},
                       source);
}

TEST(TrackElement, GivesEachSourceItsOwnIds) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(track_element_type(), "{min_hits: 1}"), "");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(tracks_of(bench.feed(two_things(i * 0.1, 0))),
              (std::vector<std::optional<std::int64_t>>{1, 2}));
    EXPECT_EQ(tracks_of(bench.feed(two_things(i * 0.1, 1))),
              (std::vector<std::optional<std::int64_t>>{1, 2}));
  }
}

TEST(TrackElement, ARestartedStreamGetsNewIds) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(track_element_type(), "{min_hits: 1}"), "");
  bench.feed(two_things(5, 0));
  bench.element->restart(0);
  bench.element->restart(7);
  EXPECT_EQ(tracks_of(bench.feed(two_things(5.1, 0))),
            (std::vector<std::optional<std::int64_t>>{3, 4}));
}

TEST(TrackElement, SaysWhichResultsThereAreInsteadOfTheOneItWants) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(track_element_type(), "{of: faces}"), "");
  EXPECT_TRUE(bench.feed(two_things(0, 0)).empty());
  EXPECT_EQ(bench.error, "of: there is no result of 'faces', only of 'detector'");
}

TEST(TrackElement, PassesOnPacketsOfEventsAlone) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(track_element_type(), "{}"), "");
  EXPECT_EQ(bench.feed(events_packet({})).size(), 1U);
  EXPECT_EQ(bench.error, "");
  EXPECT_TRUE(bench.feed(picture_packet(0)).empty());
  EXPECT_NE(bench.error.find("no element before this one"), std::string::npos);
}

TEST(TrackElement, RefusesSettingsThatMakeNoSense) {
  ElementBench bench;
  EXPECT_EQ(bench.why_not(track_element_type(), "{min_hits: 0}"),
            "line 1: 'min_hits' is 0, but must be from 1 to 100");
  EXPECT_NE(bench.why_not(track_element_type(), "{low_score: 0.6, high_score: 0.5}")
                .find("'high_score' is 0.5, but must be from 0.6"),
            std::string::npos);
  EXPECT_EQ(bench.why_not(track_element_type(), "{low_score: 0.7}"), "");
  EXPECT_NE(bench.why_not(track_element_type(), "{min_ious: 0.7}").find("did you mean 'min_iou'"),
            std::string::npos);
}

}  // namespace
}  // namespace arete::pipeline
