// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/smooth_element.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/elements/one_euro.hpp"
#include "pipeline/elements/test_elements.hpp"

namespace arete::pipeline {
namespace {

/// The best class after each frame of 0.1 s: a letter is the class that had score 0.9.
std::string best_of(const std::string& yaml, const std::string& frames) {
  ElementBench bench;
  EXPECT_EQ(bench.why_not(smooth_element_type(), yaml), "");
  std::string best;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Packet packet = class_packet(static_cast<double>(i) / 10, "", 0);
    ElementResult result;
    result.element = "classifier";
    for (const char c : std::string("ab")) {
      result.findings.classes.push_back({std::string(1, c), c - 'a', c == frames[i] ? 0.9F : 0.1F});
    }
    if (frames[i] == 'b') {
      std::swap(result.findings.classes[0], result.findings.classes[1]);
    }
    packet.set_result(result);
    const auto packets = bench.feed(packet);
    best += packets.at(0).result_of("")->findings.classes.at(0).label;
  }
  return best;
}

TEST(SmoothElement, OneOddFrameDoesNotChangeTheClass) {
  const std::string frames = "aaaaabaaaaabbbbbbbb";
  EXPECT_EQ(best_of("{classes: none}", frames), frames);
  EXPECT_EQ(best_of("{classes: median, window: 5}", frames), "aaaaaaaaaaaaabbbbbb");
  EXPECT_EQ(best_of("{classes: vote, window: 5}", frames), "aaaaaaaaaaaaabbbbbb");
  const std::string smoothed = best_of("{classes: exponential, time_constant: 0.3}", frames);
  EXPECT_EQ(smoothed.substr(0, 11), "aaaaaaaaaaa");
  EXPECT_TRUE(smoothed.ends_with("bbbb"));
}

TEST(SmoothElement, TheExponentialMeanGoesByTimeNotByFrames) {
  for (const double step : {0.05, 0.5}) {
    ElementBench bench;
    ASSERT_EQ(bench.why_not(smooth_element_type(), "{time_constant: 1}"), "");
    bench.feed(class_packet(0, "x", 0));
    float score = 0;
    for (int i = 1; i <= std::lround(1 / step); ++i) {
      score =
          bench.feed(class_packet(i * step, "x", 1))[0].result_of("")->findings.classes[0].score;
    }
    EXPECT_NEAR(score, 1 - std::exp(-1.0), 1e-4) << step;
  }
}

TEST(SmoothElement, TakesMostOfTheJitterFromATrackedObject) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(smooth_element_type(), "{}"), "");
  std::mt19937 random(3);
  std::normal_distribution<float> noise(0, 1);
  double raw = 0;
  double smoothed = 0;
  for (int i = 0; i < 300; ++i) {
    const float off = noise(random);
    auto detection = detection_at("person", 0.9F, {20 + off, 20, 60 + off, 120}, 1);
    detection.keypoints = {{40 + off, 50, 1}};
    const auto packets = bench.feed(result_packet(i / 30.0, {detection}));
    const auto& out = packets.at(0).result_of("")->findings.detections[0];
    if (i > 10) {
      raw += std::abs(off);
      smoothed += std::abs(out.box.x1 - 20);
      EXPECT_NEAR(out.keypoints[0].x - 40, out.box.x1 - 20, 1e-3);
    }
  }
  EXPECT_LT(smoothed, raw / 2);
}

TEST(SmoothElement, FollowsWhatMoves) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(smooth_element_type(), "{}"), "");
  float lag = 0;
  for (int i = 0; i < 60; ++i) {
    const auto x = static_cast<float>(i * 100 / 30.0);  // a height a second
    const auto packets =
        bench.feed(result_packet(i / 30.0, {detection_at("p", 1, {x, 0, x + 40, 100}, 1)}));
    lag = x - packets.at(0).result_of("")->findings.detections[0].box.x1;
  }
  EXPECT_GT(lag, 0);
  EXPECT_LT(lag, 5);
}

TEST(SmoothElement, LeavesOthersAloneAndSurvivesWhatIsNoNumber) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(smooth_element_type(), "{}"), "");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (int i = 0; i < 3; ++i) {
    const auto x = static_cast<float>(10 * i);
    auto broken = detection_at("p", 1, {nan, 0, 1, 1}, 2);
    auto half = detection_at("p", 1, {5, 5, 9, 9}, 3);
    half.keypoints = {{nan, 1, 1}};
    const auto packets =
        bench.feed(result_packet(i, {detection_at("p", 1, {x, 0, x + 4, 9}), broken, half}));
    const auto& out = packets.at(0).result_of("")->findings.detections;
    EXPECT_EQ(out[0].box.x1, x);
    EXPECT_EQ(out[2].box.x1, 5);
    EXPECT_EQ(out[2].keypoints[0].y, 1);
  }
}

TEST(SmoothElement, ARestartForgets) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(smooth_element_type(), "{time_constant: 100}"), "");
  bench.feed(class_packet(0, "x", 0));
  EXPECT_LT(bench.feed(class_packet(1, "x", 1))[0].result_of("")->findings.classes[0].score, 0.1);
  bench.element->restart(0);
  EXPECT_EQ(bench.feed(class_packet(2, "x", 1))[0].result_of("")->findings.classes[0].score, 1);
}

TEST(SmoothElement, AnObjectsOwnClassesAreSmoothedByTrack) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(smooth_element_type(), "{classes: vote, window: 3}"), "");
  std::string best;
  for (const std::string label : {"open", "open", "shut", "open", "shut", "shut"}) {
    auto face = detection_at("face", 1, {0, 0, 9, 9}, 4);
    face.classes = {{label, label == "open" ? 0 : 1, 0.8F}};
    const auto packets = bench.feed(result_packet(0.1, {face}));
    best += packets.at(0).result_of("")->findings.detections[0].classes.at(0).label + " ";
  }
  EXPECT_EQ(best, "open open open open shut shut ");
}

TEST(OneEuro, TheFirstValueIsTakenAsItIs) {
  OneEuro euro;
  EXPECT_EQ(euro.filter({}, 7, 0, 1), 7);
  EXPECT_EQ(euro.filter({}, 9, 0, 1), 7);  // no time has passed
  EXPECT_GT(euro.filter({}, 9, 0.1, 1), 7);
}

}  // namespace
}  // namespace arete::pipeline
