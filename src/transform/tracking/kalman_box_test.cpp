// SPDX-License-Identifier: Apache-2.0
#include "transform/tracking/kalman_box.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tensor/results.hpp"

namespace arete::transform {
namespace {

tensor::Box box_at(double x, double y, double width = 40, double height = 80) {
  return {static_cast<float>(x), static_cast<float>(y), static_cast<float>(x + width),
          static_cast<float>(y + height)};
}

TEST(KalmanBox, StartsWhereItWasSeen) {
  const KalmanBox filter(box_at(10, 20));
  EXPECT_NEAR(filter.box().x1, 10, 1e-3);
  EXPECT_NEAR(filter.box().y1, 20, 1e-3);
  EXPECT_NEAR(filter.box().x2, 50, 1e-3);
  EXPECT_NEAR(filter.box().y2, 100, 1e-3);
  EXPECT_EQ(filter.velocity_x(), 0);
}

TEST(KalmanBox, LearnsTheVelocityAtAnyAndAtIrregularFrameTimes) {
  std::mt19937 random(2);
  for (const double mean_step : {1.0 / 60, 1.0 / 30, 0.2, 1.0}) {
    KalmanBox filter(box_at(0, 0));
    double time = 0;
    for (int i = 0; i < 60; ++i) {
      const double step = mean_step * (0.5 + static_cast<double>(random() % 1000) / 1000);
      time += step;
      filter.predict(step, false);
      filter.update(box_at(50 * time, -20 * time));
    }
    EXPECT_NEAR(filter.velocity_x(), 50, 2.5) << mean_step;
    EXPECT_NEAR(filter.velocity_y(), -20, 2.5) << mean_step;
    filter.predict(1, true);
    EXPECT_NEAR(filter.box().x1, 50 * (time + 1), 4) << mean_step;
  }
}

TEST(KalmanBox, OneLongStepIsAsManyShortOnes) {
  KalmanBox once(box_at(0, 0));
  once.predict(0.1, false);
  once.update(box_at(6, 3));
  KalmanBox often = once;
  once.predict(0.8, true);
  for (int i = 0; i < 8; ++i) {
    often.predict(0.1, true);
  }
  // Alike in place and in trust: the same surprise moves them alike.
  once.update(box_at(100, 50));
  often.update(box_at(100, 50));
  EXPECT_NEAR(once.box().x1, often.box().x1, 1e-3);
  EXPECT_NEAR(once.velocity_x(), often.velocity_x(), 1e-3);
}

TEST(KalmanBox, HoldsTheSizeOfWhatIsNotSeen) {
  KalmanBox filter(box_at(0, 0, 40, 80));
  for (int i = 1; i <= 10; ++i) {
    filter.predict(0.1, false);
    filter.update(box_at(0, 0, 40 - 3 * i, 80 - 6 * i));  // shrinks fast
  }
  const float height = filter.box().height();
  filter.predict(5, true);
  EXPECT_NEAR(filter.box().height(), height, 0.01);
  EXPECT_GT(filter.box().area(), 0);
}

TEST(KalmanBox, IsSteadierThanNoisyMeasurements) {
  std::mt19937 random(9);
  std::normal_distribution<double> noise(0, 4);
  KalmanBox filter(box_at(0, 0));
  double measured_error = 0;
  double filtered_error = 0;
  for (int i = 1; i <= 300; ++i) {
    const double truth = i / 30.0 * 10;
    const double seen = truth + noise(random);
    filter.predict(1.0 / 30, false);
    filter.update(box_at(seen, 0));
    if (i > 30) {
      measured_error += std::abs(seen - truth);
      filtered_error += std::abs(filter.box().x1 - truth);
    }
  }
  EXPECT_LT(filtered_error, 0.75 * measured_error);
}

}  // namespace
}  // namespace arete::transform
