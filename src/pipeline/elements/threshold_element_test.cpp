// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/threshold_element.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/elements/test_elements.hpp"

namespace arete::pipeline {
namespace {

/// The labels that are left of a scene in a picture of 100 x 200.
std::string left_of(std::string_view yaml) {
  ElementBench bench;
  EXPECT_EQ(bench.why_not(threshold_element_type(), yaml), "");
  const auto packets = bench.feed(result_packet(
      0,
      {detection_at("person", 0.9F, {10, 20, 50, 100}),  // feet at 30, 100
       detection_at("dog", 0.5F, {60, 150, 90, 190}),    // feet at 75, 190
       detection_at("fly", std::nanf(""), {1, 1, 3, 3}), detection_at("fly", 0.7F, {5, 5, 7, 7})}));
  EXPECT_EQ(bench.error, "");
  std::string labels;
  for (const Packet& packet : packets) {
    for (const auto& detection : packet.result_of("")->findings.detections) {
      labels += detection.label + " ";
    }
  }
  return labels;
}

TEST(ThresholdElement, KeepsByScoreLabelSizeAndPlace) {
  EXPECT_EQ(left_of("{}"), "person dog fly ");
  EXPECT_EQ(left_of("{min_score: 0.6}"), "person fly ");
  EXPECT_EQ(left_of("{labels: [dog, cat]}"), "dog ");
  EXPECT_EQ(left_of("{labels: dog}"), "dog ");
  EXPECT_EQ(left_of("{without: [fly]}"), "person dog ");
  EXPECT_EQ(left_of("{min_size: [0.1, 0.1]}"), "person dog ");
  EXPECT_EQ(left_of("{max_size: [30, 40], units: pixels}"), "dog fly ");
  EXPECT_EQ(left_of("{region: [[0, 0.4], [1, 0.4], [1, 0.6], [0, 0.6]]}"), "person ");
  EXPECT_EQ(left_of("{region: [[0, 0], [100, 0], [100, 8], [0, 8]], units: pixels}"), "fly ");
  EXPECT_EQ(left_of("{region: [[0, 0.25], [1, 0.25], [1, 0.35], [0, 0.35]], anchor: center}"),
            "person ");
}

TEST(ThresholdElement, KeepsClassesByScoreAndLabel) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(threshold_element_type(), "{min_score: 0.5, labels: speech}"), "");
  EXPECT_EQ(bench.feed(class_packet(0, "speech", 0.6F))[0].result_of("")->findings.classes.size(),
            1U);
  EXPECT_TRUE(
      bench.feed(class_packet(0, "speech", 0.4F))[0].result_of("")->findings.classes.empty());
  EXPECT_TRUE(
      bench.feed(class_packet(0, "music", 0.6F))[0].result_of("")->findings.classes.empty());
}

TEST(ThresholdElement, ARegionOfNoPictureIsAnError) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(threshold_element_type(), "{region: [[0, 0], [1, 0], [1, 1]]}"), "");
  EXPECT_TRUE(bench.feed(class_packet(0, "speech", 0.6F)).empty());
  EXPECT_NE(bench.error.find("needs the results of a picture"), std::string::npos);
}

TEST(ThresholdElement, RefusesSettingsThatMakeNoSense) {
  ElementBench bench;
  const auto& type = threshold_element_type();
  EXPECT_EQ(bench.why_not(type, "{region: [[0, 0], [1, 0]]}"),
            "line 1: 'region' must be a list of 3 to 1000 points [x, y]");
  EXPECT_EQ(bench.why_not(type, "{region: [[0, 0], [1, 0], [7, 7]]}"),
            "line 1: 'region' is 7, but must be from 0 to 1");
  EXPECT_EQ(bench.why_not(type, "{min_size: [0.5, 0.5], max_size: [0.4, 0.9]}"),
            "line 1: 'max_size' is below 'min_size'");
  EXPECT_EQ(bench.why_not(type, "{min_size: [0.5]}"), "line 1: 'min_size' must be [width, height]");
  EXPECT_NE(bench.why_not(type, "{units: meters}").find("units"), std::string::npos);
  EXPECT_NE(bench.why_not(type, "{min_score: 1.5}").find("1.5"), std::string::npos);
}

}  // namespace
}  // namespace arete::pipeline
