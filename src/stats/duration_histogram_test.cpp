// SPDX-License-Identifier: Apache-2.0
#include "stats/duration_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "base/clock.hpp"

namespace arete::stats {
namespace {

using std::chrono::hours;

std::int64_t exact_quantile(const std::vector<std::int64_t>& sorted, double fraction) {
  const auto rank =
      static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

void expect_quantiles(std::vector<std::int64_t> values) {
  DurationHistogram histogram;
  std::int64_t sum = 0;
  for (const std::int64_t value : values) {
    histogram.add(Nanoseconds(value));
    sum += value;
  }
  std::ranges::sort(values);
  EXPECT_EQ(histogram.count(), values.size());
  EXPECT_EQ(histogram.sum().count(), sum);
  EXPECT_EQ(histogram.min().count(), values.front());
  EXPECT_EQ(histogram.max().count(), values.back());
  for (const double fraction : {0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0}) {
    const auto exact = static_cast<double>(exact_quantile(values, fraction));
    const auto found = static_cast<double>(histogram.quantile(fraction).count());
    EXPECT_LE(std::abs(found - exact), 0.008 * exact) << fraction << ": " << exact;
  }
}

TEST(DurationHistogram, QuantilesAreWithinTheStatedErrorOfTheExactOnes) {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> uniform;
  std::vector<std::int64_t> small;
  std::vector<std::int64_t> wide;  // 1 ns to an hour, alike in every decade
  std::uniform_real_distribution<double> exponent(0, std::log(3.6e12));
  for (int i = 0; i < 20'001; ++i) {
    uniform.push_back(static_cast<std::int64_t>(random() % 50'000'000));
    small.push_back(static_cast<std::int64_t>(random() % 300));
    wide.push_back(static_cast<std::int64_t>(std::exp(exponent(random))));
  }
  expect_quantiles(uniform);
  expect_quantiles(small);
  expect_quantiles(wide);
}

TEST(DurationHistogram, EveryBoundaryOfABucketIsNearItself) {
  for (int bit = 0; bit < 42; ++bit) {
    for (const std::int64_t offset : {-1, 0, 1}) {
      const std::int64_t value = (std::int64_t{1} << bit) + offset;
      DurationHistogram histogram;
      histogram.add(Nanoseconds(0));
      histogram.add(Nanoseconds(value));
      histogram.add(hours(2));
      const auto found = static_cast<double>(histogram.quantile(0.5).count());
      EXPECT_NEAR(found, static_cast<double>(value), 0.008 * static_cast<double>(value) + 1e-9);
    }
  }
}

TEST(DurationHistogram, EmptyIsAllZero) {
  const DurationHistogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.quantile(0.5).count(), 0);
  EXPECT_EQ(histogram.min().count(), 0);
  EXPECT_EQ(histogram.max().count(), 0);
  EXPECT_EQ(histogram.sum().count(), 0);
}

TEST(DurationHistogram, OneValueIsEveryQuantile) {
  DurationHistogram histogram;
  histogram.add(Nanoseconds(123'456'789));
  for (const double fraction : {-1.0, 0.0, 0.5, 1.0, 2.0}) {
    EXPECT_EQ(histogram.quantile(fraction).count(), 123'456'789);
  }
  EXPECT_EQ(histogram.quantile(std::numeric_limits<double>::quiet_NaN()).count(), 123'456'789);
}

TEST(DurationHistogram, AbsurdDurationsAreCounted) {
  DurationHistogram histogram;
  histogram.add(Nanoseconds(-5));
  histogram.add(Nanoseconds::max());
  histogram.add(Nanoseconds::max());
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.min().count(), 0);
  EXPECT_EQ(histogram.max(), Nanoseconds::max());
  EXPECT_EQ(histogram.sum(), Nanoseconds::max());
  EXPECT_GT(histogram.quantile(0.6), hours(1));
}

TEST(DurationHistogram, MergeIsAsIfAllHadBeenAddedToOne) {
  std::mt19937_64 random(3);
  DurationHistogram all;
  DurationHistogram first;
  DurationHistogram second;
  for (int i = 0; i < 5000; ++i) {
    const Nanoseconds value(static_cast<std::int64_t>(random() % 1'000'000'000));
    all.add(value);
    (i % 3 == 0 ? first : second).add(value);
  }
  DurationHistogram merged;
  merged.merge({});
  merged.merge(first);
  merged.merge(second);
  EXPECT_EQ(merged.count(), all.count());
  EXPECT_EQ(merged.sum(), all.sum());
  EXPECT_EQ(merged.min(), all.min());
  EXPECT_EQ(merged.max(), all.max());
  for (const double fraction : {0.01, 0.5, 0.99}) {
    EXPECT_EQ(merged.quantile(fraction), all.quantile(fraction));
  }
}

}  // namespace
}  // namespace arete::stats
