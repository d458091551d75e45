// SPDX-License-Identifier: Apache-2.0
#include "transform/tracking/tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "base/clock.hpp"
#include "tensor/results.hpp"

namespace arete::transform {
namespace {

using Ids = std::vector<std::optional<std::int64_t>>;

Nanoseconds at(double seconds) {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
}

tensor::Detection seen(double x, double y, double width = 40, double height = 80,
                       float score = 0.9F, int index = 0) {
  tensor::Detection detection;
  detection.index = index;
  detection.score = score;
  detection.box = {static_cast<float>(x), static_cast<float>(y), static_cast<float>(x + width),
                   static_cast<float>(y + height)};
  return detection;
}

TEST(Tracker, AnIdComesAfterMinHitsAndStays) {
  Tracker tracker(TrackerOptions{.min_hits = 3});
  for (int i = 0; i < 20; ++i) {
    const Ids ids = tracker.update(std::vector{seen(5 * i, 0)}, at(i / 30.0));
    EXPECT_EQ(ids, i < 2 ? Ids{std::nullopt} : Ids{1}) << i;
  }
}

TEST(Tracker, WhatIsSeenOnceGetsNoIdAndUsesNone) {
  Tracker tracker({});
  static_cast<void>(tracker.update(std::vector{seen(0, 0)}, at(0)));
  static_cast<void>(tracker.update({}, at(0.1)));
  static_cast<void>(tracker.update(std::vector{seen(500, 0)}, at(0.2)));
  EXPECT_EQ(tracker.update(std::vector{seen(500, 0)}, at(0.3)), Ids{1});
}

TEST(Tracker, ObjectsThatCrossKeepTheirIds) {
  Tracker tracker({});
  for (int i = 0; i <= 100; ++i) {
    // Towards each other, one a little lower; they overlap in the middle.
    const std::vector scene{seen(4 * i, 100), seen(400 - 4 * i, 120)};
    const Ids ids = tracker.update(scene, at(i / 30.0));
    if (i >= 1) {
      EXPECT_EQ(ids, (Ids{1, 2})) << i;
    }
  }
}

TEST(Tracker, AHiddenObjectGetsItsIdBackWithinItsAge) {
  for (const double gap : {0.9, 1.5}) {
    Tracker tracker(TrackerOptions{.max_age_s = 1});
    double time = 0;
    for (int i = 0; i < 30; ++i, time += 1.0 / 30) {
      static_cast<void>(tracker.update(std::vector{seen(60 * time, 0)}, at(time)));
    }
    for (const double until = time + gap; time < until; time += 1.0 / 30) {
      EXPECT_TRUE(tracker.update({}, at(time)).empty());
    }
    static_cast<void>(tracker.update(std::vector{seen(60 * time, 0)}, at(time)));
    time += 1.0 / 30;
    EXPECT_EQ(tracker.update(std::vector{seen(60 * time, 0)}, at(time)), Ids{gap < 1 ? 1 : 2});
  }
}

TEST(Tracker, DoubtfulDetectionsKeepATrackButBeginNone) {
  Tracker tracker({});
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(tracker.update(std::vector{seen(3 * i, 0)}, at(i / 30.0)));
  }
  for (int i = 10; i < 60; ++i) {  // longer than max_age
    const std::vector scene{seen(3 * i, 0, 40, 80, 0.2F), seen(600, 300, 40, 80, 0.2F)};
    EXPECT_EQ(tracker.update(scene, at(i / 30.0)), (Ids{1, std::nullopt})) << i;
  }
}

TEST(Tracker, DroppedAndIrregularFramesDoNotBreakTracks) {
  std::mt19937 random(4);
  Tracker tracker({});
  for (int i = 0; i < 300; ++i) {
    if (i > 5 && random() % 3 == 0) {
      continue;  // dropped
    }
    const double time = i / 25.0 + static_cast<double>(random() % 100) / 1e4;
    const Ids ids = tracker.update(std::vector{seen(30 * time, 0), seen(800, 40 * time)}, at(time));
    if (i >= 1) {
      EXPECT_EQ(ids, (Ids{1, 2})) << i;
    }
  }
}

TEST(Tracker, ClassesAreKeptApartUnlessToldOtherwise) {
  for (const bool per_class : {true, false}) {
    Tracker tracker(TrackerOptions{.per_class = per_class});
    for (int i = 0; i < 5; ++i) {
      static_cast<void>(tracker.update(std::vector{seen(i, 0)}, at(i / 30.0)));
    }
    static_cast<void>(tracker.update(std::vector{seen(5, 0, 40, 80, 0.9F, 7)}, at(5 / 30.0)));
    const Ids ids = tracker.update(std::vector{seen(6, 0, 40, 80, 0.9F, 7)}, at(6 / 30.0));
    EXPECT_EQ(ids, Ids{per_class ? 2 : 1});
  }
}

TEST(Tracker, BoxesThatAreNoneGetNoTrackAndDisturbNobody) {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  Tracker tracker(TrackerOptions{.min_hits = 1});
  for (int i = 0; i < 5; ++i) {
    std::vector scene{seen(nan, 0),     seen(0, 0, infinity, 5),    seen(0, 0, -10, 10),
                      seen(0, 0, 0, 0), seen(-1e30, 0, 2e30, 2e30), seen(10, 10)};
    scene.push_back(seen(10, 10));
    scene.back().score = std::numeric_limits<float>::quiet_NaN();
    const std::optional<std::int64_t> none;
    EXPECT_EQ(tracker.update(scene, at(i)), (Ids{none, none, none, none, none, 1, none}));
  }
  EXPECT_EQ(tracker.size(), 1U);
}

TEST(Tracker, TimeThatGoesBackCountsAsStandingStill) {
  Tracker tracker({});
  static_cast<void>(tracker.update(std::vector{seen(0, 0)}, at(10)));
  EXPECT_EQ(tracker.update(std::vector{seen(1, 0)}, at(3)), Ids{1});
  EXPECT_EQ(tracker.update(std::vector{seen(2, 0)}, at(10.1)), Ids{1});
}

TEST(Tracker, RestartForgetsTracksButUsesNoIdAgain) {
  Tracker tracker(TrackerOptions{.min_hits = 1});
  EXPECT_EQ(tracker.update(std::vector{seen(0, 0)}, at(10)), Ids{1});
  tracker.restart();
  EXPECT_EQ(tracker.update(std::vector{seen(0, 0)}, at(0)), Ids{2});
}

/// A scene with known truth: objects that wander in a picture, are missed, hidden, seen with noise.
class SyntheticScene {
 public:
  SyntheticScene(int objects, std::uint32_t seed) : random_(seed) {
    for (int i = 0; i < objects; ++i) {
      objects_.push_back({uniform(0, 1840), uniform(0, 1000), uniform(-90, 90), uniform(-60, 60),
                          uniform(30, 60)});
    }
  }

  void advance(double seconds) {
    for (Object& object : objects_) {
      object.x += object.speed_x * seconds;
      object.y += object.speed_y * seconds;
      object.speed_x += uniform(-20, 20) * seconds;
      if (object.x < 0 || object.x > 1840) {
        object.speed_x = -object.speed_x;
        object.x = std::clamp(object.x, 0.0, 1840.0);
      }
      if (object.y < 0 || object.y > 1000) {
        object.speed_y = -object.speed_y;
        object.y = std::clamp(object.y, 0.0, 1000.0);
      }
      object.hidden_for = object.hidden_for > 0          ? object.hidden_for - seconds
                          : uniform(0, 1) < seconds / 20 ? uniform(0.1, 0.6)
                                                         : 0;
    }
  }

  /// Detections and, beside them, which object each is; -1 for false ones.
  std::vector<tensor::Detection> detect(std::vector<int>& truth) {
    std::vector<tensor::Detection> detections;
    truth.clear();
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      const Object& object = objects_[i];
      const double chance = uniform(0, 1);
      if (object.hidden_for > 0 || chance < 0.05) {
        continue;
      }
      const double noise = object.width * 0.03;
      detections.push_back(seen(object.x + noise * normal_(random_),
                                object.y + noise * normal_(random_), object.width, object.width * 2,
                                chance < 0.15 ? 0.3F : 0.85F));
      truth.push_back(static_cast<int>(i));
    }
    for (int i = 0; i < 3; ++i) {
      detections.push_back(seen(uniform(0, 1840), uniform(0, 1000), 40, 80, i == 0 ? 0.7F : 0.2F));
      truth.push_back(-1);
    }
    return detections;
  }

 private:
  struct Object {
    double x, y, speed_x, speed_y, width;
    double hidden_for = 0;
  };
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }

  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  std::vector<Object> objects_;
};

struct TrackingScore {
  int switches = 0;  ///< an object got another id than it had
  int sightings = 0;
  int with_id = 0;
  std::set<std::int64_t> ids;
};

TrackingScore track_scene(int objects, double frames_per_second, double seconds, std::uint32_t seed,
                          Tracker& tracker) {
  SyntheticScene scene(objects, seed);
  TrackingScore score;
  std::map<int, std::int64_t> id_of;
  std::vector<int> truth;
  for (int i = 0; i < seconds * frames_per_second; ++i) {
    scene.advance(1 / frames_per_second);
    const auto detections = scene.detect(truth);
    const Ids ids = tracker.update(detections, at(i / frames_per_second));
    for (std::size_t j = 0; j < ids.size(); ++j) {
      if (truth[j] < 0) {
        continue;
      }
      ++score.sightings;
      if (ids[j]) {
        ++score.with_id;
        score.ids.insert(*ids[j]);
        const auto known = id_of.find(truth[j]);
        score.switches += known != id_of.end() && known->second != *ids[j] ? 1 : 0;
        id_of[truth[j]] = *ids[j];
      }
    }
  }
  return score;
}

TEST(Tracker, SwitchesFewIdsInASceneWithKnownTruth) {
  for (const double rate : {30.0, 10.0, 5.0}) {
    Tracker tracker({});
    const TrackingScore score = track_scene(20, rate, 60, 1, tracker);
    std::cout << "20 objects, 60 s at " << rate << " frames/s: " << score.switches
              << " switches in " << score.sightings << " sightings, " << score.with_id
              << " with an id, " << score.ids.size() << " ids\n";
    EXPECT_LE(score.switches, rate > 5 ? 5 : 15) << rate;
    EXPECT_GT(score.with_id, score.sightings * 0.9) << rate;
  }
}

TEST(Tracker, FiveHundredBoxesAFrameAreTrackedAlikeEachTime) {
  Tracker first({});
  Tracker second({});
  const TrackingScore a = track_scene(500, 10, 5, 2, first);
  const TrackingScore b = track_scene(500, 10, 5, 2, second);
  EXPECT_EQ(a.ids, b.ids);
  EXPECT_EQ(a.switches, b.switches);
  EXPECT_GT(a.with_id, a.sightings * 0.7);
}

TEST(Tracker, MemoryDoesNotGrowWithFalseDetections) {
  Tracker tracker({});
  std::mt19937 random(8);
  std::uniform_real_distribution<double> place(0, 1000);
  for (int i = 0; i < 3000; ++i) {
    const std::vector scene{seen(place(random), place(random)), seen(place(random), place(random))};
    static_cast<void>(tracker.update(scene, at(i / 30.0)));
    ASSERT_LE(tracker.size(), 70U);
  }
}

}  // namespace
}  // namespace arete::transform
