// SPDX-License-Identifier: Apache-2.0
#include "transform/decode/class_scan.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "transform/decode/detections.hpp"

namespace arete::transform {
namespace {

/// The definition, one prediction after the other.
template <class T>
std::vector<ScanHit<T>> scanned_plainly(const ScoreTable<T>& table, T lowest) {
  std::vector<ScanHit<T>> hits;
  for (std::size_t row = 0; row < table.rows; ++row) {
    ScanHit<T> best{row, -1, T{}};
    for (std::size_t c = 0; c < table.classes; ++c) {
      const T score = table.scores[row * table.row_stride + c * table.class_stride];
      if (best.index < 0 ? score == score : score > best.score) {
        best.index = static_cast<int>(c);
        best.score = score;
      }
    }
    if (best.index >= 0 && best.score >= lowest) {
      hits.push_back(best);
    }
  }
  return hits;
}

template <class T, class Draw>
void expect_the_definition(Draw draw) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    const std::size_t rows = random() % 2500;
    const std::size_t classes = 1 + random() % 90;
    std::vector<T> scores(rows * classes);
    for (T& score : scores) {
      score = draw(random);
    }
    const T lowest = draw(random);
    if (!(lowest == lowest)) {
      continue;
    }
    for (const bool is_class_major : {true, false}) {
      const ScoreTable<T> table{scores.data(), rows, classes, is_class_major ? 1 : classes,
                                is_class_major ? rows : 1};
      const auto wanted = scanned_plainly(table, lowest);
      const auto hits = scan_classes(table, lowest);
      ASSERT_EQ(hits.size(), wanted.size()) << round;
      for (std::size_t i = 0; i < hits.size(); ++i) {
        ASSERT_EQ(hits[i].row, wanted[i].row);
        ASSERT_EQ(hits[i].index, wanted[i].index);
        ASSERT_EQ(hits[i].score, wanted[i].score);
      }
    }
  }
}

TEST(ClassScan, IsTheDefinitionForFloatsWithTiesAndHostileNumbers) {
  expect_the_definition<float>([](std::mt19937& random) {
    switch (random() % 50) {
      case 0:
        return std::numeric_limits<float>::quiet_NaN();
      case 1:
        return -std::numeric_limits<float>::infinity();
      default:
        return static_cast<float>(random() % 4096) / 4096;
    }
  });
}

TEST(ClassScan, IsTheDefinitionForStoredBytes) {
  expect_the_definition<std::uint8_t>(
      [](std::mt19937& random) { return static_cast<std::uint8_t>(random() % 256); });
  expect_the_definition<std::int8_t>(
      [](std::mt19937& random) { return static_cast<std::int8_t>(random() % 256); });
}

TEST(ClassScan, BestOfARowIsTheFirstOfEquals) {
  const std::vector<float> row{0.1F, 0.7F, std::numeric_limits<float>::quiet_NaN(), 0.7F};
  EXPECT_EQ(best_of_row(row.data(), row.size()).index, 1);
  const std::vector<float> none(5, std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(best_of_row(none.data(), none.size()).index, -1);
}

TEST(LogitBound, NeverHidesAScoreThatPasses) {
  for (const double min_score : {1e-9, 1e-5, 0.01, 0.25, 0.3, 0.5, 0.9, 0.998, 0.9999, 1.0}) {
    const double bound = logit_bound(min_score);
    for (int step = -200000; step <= 200000; ++step) {
      const auto logit = static_cast<float>(step) * 2e-4F;
      if (static_cast<double>(sigmoid(logit)) >= min_score) {
        ASSERT_GE(static_cast<double>(logit), bound) << min_score;
      }
    }
  }
}

TEST(StoredValues, TheLowestStoredValueIsTheThreshold) {
  for (const float scale : {1.0F / 255, 0.0039F, 0.1F}) {
    const Stored<std::uint8_t> stored{{}, scale, 3};
    for (const double bound : {0.0, 0.25, 0.3, 0.5, 0.999}) {
      const auto lowest = stored.lowest_from(bound);
      for (int value = 0; value < 256; ++value) {
        const auto byte = static_cast<std::uint8_t>(value);
        EXPECT_EQ(static_cast<double>(stored.real(byte)) >= bound, lowest && byte >= *lowest);
      }
    }
  }
  const Stored<std::int8_t> small{{}, 0.001F, 0};
  EXPECT_FALSE(small.lowest_from(0.5));
  const Stored<float> floats{{}, 1, 0};
  EXPECT_EQ(floats.lowest_from(0.5), 0.5F);
  EXPECT_GE(static_cast<double>(*floats.lowest_from(0.3)), 0.3);
}

}  // namespace
}  // namespace arete::transform
