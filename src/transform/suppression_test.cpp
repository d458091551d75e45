// SPDX-License-Identifier: Apache-2.0
#include "transform/suppression.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace arete::transform {
namespace {

Candidate candidate(float score, int index, tensor::Box box, std::size_t order = 0) {
  return {score, index, box, order, {}};
}

spec::Nms settings(double iou, bool per_class = true) {
  spec::Nms nms;
  nms.iou = iou;
  nms.per_class = per_class;
  return nms;
}

TEST(Suppression, OverlapIsCountedByHand) {
  // Two squares of 4 that share half: 8 / (16 + 16 - 8) = 1/3.
  const tensor::Box a{0, 0, 4, 4};
  const tensor::Box b{2, 0, 6, 4};
  EXPECT_FLOAT_EQ(tensor::intersection_over_union(a, b), 1.0F / 3);
  EXPECT_FLOAT_EQ(tensor::intersection_over_union(a, {5, 5, 6, 6}), 0);
  EXPECT_EQ(suppress({candidate(0.9F, 0, a), candidate(0.8F, 0, b)}, settings(0.34), 9).size(), 2U);
  EXPECT_EQ(suppress({candidate(0.9F, 0, a), candidate(0.8F, 0, b)}, settings(0.33), 9).size(), 1U);
}

TEST(Suppression, ClassesAreApartUnlessAskedOtherwise) {
  const tensor::Box box{0, 0, 4, 4};
  const std::vector<Candidate> two{candidate(0.9F, 0, box, 0), candidate(0.8F, 1, box, 1)};
  EXPECT_EQ(suppress(two, settings(0.5, true), 9).size(), 2U);
  EXPECT_EQ(suppress(two, settings(0.5, false), 9).size(), 1U);
}

TEST(Suppression, ASuppressedBoxSuppressesNothing) {
  // a kills b; c overlaps b only and stays.
  const auto kept =
      suppress({candidate(0.9F, 0, {0, 0, 10, 4}, 0), candidate(0.8F, 0, {4, 0, 14, 4}, 1),
                candidate(0.7F, 0, {8, 0, 18, 4}, 2)},
               settings(0.3), 9);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_FLOAT_EQ(kept[1].score, 0.7F);
}

TEST(Suppression, EqualScoresKeepTheModelsOrder) {
  const tensor::Box box{0, 0, 4, 4};
  for (int round = 0; round < 2; ++round) {
    std::vector<Candidate> tied{candidate(0.5F, 7, box, 4), candidate(0.5F, 7, box, 2)};
    if (round == 1) {
      std::swap(tied[0], tied[1]);
    }
    const auto kept = suppress(tied, settings(0.5), 9);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].order, 2U);
  }
}

TEST(Suppression, LimitsAreOfTheBest) {
  std::vector<Candidate> many;
  for (int i = 0; i < 50; ++i) {
    const auto at = static_cast<float>(i * 10);
    many.push_back(
        candidate(static_cast<float>(i) / 100, 0, {at, 0, at + 5, 5}, static_cast<std::size_t>(i)));
  }
  spec::Nms nms = settings(0.5);
  nms.max_candidates = 10;
  const auto entering = suppress(many, nms, 100);
  ASSERT_EQ(entering.size(), 10U);
  EXPECT_FLOAT_EQ(entering.front().score, 0.49F);
  EXPECT_FLOAT_EQ(entering.back().score, 0.40F);
  EXPECT_EQ(suppress(many, nms, 3).size(), 3U);
  EXPECT_TRUE(suppress(many, nms, 0).empty());
  nms.method = spec::Nms::Method::kNone;
  EXPECT_EQ(suppress(many, nms, 4).size(), 4U);
}

TEST(Suppression, WeightedMeanOfWhatOverlaps) {
  Candidate best = candidate(0.75F, 0, {0, 0, 10, 10}, 0);
  best.keypoints = {{4, 8, 1}};
  Candidate second = candidate(0.25F, 0, {2, 0, 12, 10}, 1);
  second.keypoints = {{8, 4, 1}};
  spec::Nms nms = settings(0.3);
  nms.method = spec::Nms::Method::kWeighted;
  const auto kept = suppress({second, best}, nms, 9);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_FLOAT_EQ(kept[0].score, 0.75F);
  EXPECT_FLOAT_EQ(kept[0].box.x1, 0.5F);  // 0.75 * 0 + 0.25 * 2
  EXPECT_FLOAT_EQ(kept[0].box.x2, 10.5F);
  EXPECT_FLOAT_EQ(kept[0].keypoints[0].x, 5);
  EXPECT_FLOAT_EQ(kept[0].keypoints[0].y, 7);
}

TEST(Suppression, AgreesWithTheDefinitionOnRandomBoxes) {
  std::mt19937 random(99);
  const auto number = [&] { return static_cast<float>(random() % 100); };
  for (int round = 0; round < 100; ++round) {
    std::vector<Candidate> boxes;
    for (std::size_t i = 0; i < 60; ++i) {
      const float x = number();
      const float y = number();
      boxes.push_back(candidate(number() / 100, static_cast<int>(random() % 3),
                                {x, y, x + 1 + number() / 2, y + 1 + number() / 2}, i));
    }
    const auto kept = suppress(boxes, settings(0.4), 100);
    // Kept ones do not overlap; each of the others overlaps a better kept one.
    for (const Candidate& box : boxes) {
      bool stays = false;
      bool covered = false;
      for (const Candidate& other : kept) {
        stays = stays || other.order == box.order;
        const bool rival = other.order != box.order && other.index == box.index &&
                           tensor::intersection_over_union(other.box, box.box) > 0.4F;
        covered = covered || (rival && other.score >= box.score);
      }
      EXPECT_NE(stays, covered) << round;
    }
  }
}

TEST(Suppression, OnlyFiniteNumbersAreUsable) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(usable(0.5F, {0, 0, 1, 1}, 0.5));
  EXPECT_FALSE(usable(0.4F, {0, 0, 1, 1}, 0.5));
  EXPECT_FALSE(usable(nan, {0, 0, 1, 1}, 0.5));
  EXPECT_FALSE(usable(kInfinity, {0, 0, 1, 1}, 0.5));
  EXPECT_FALSE(usable(0.5F, {0, nan, 1, 1}, 0.5));
  EXPECT_FALSE(usable(0.5F, {0, 0, kInfinity, 1}, 0.5));
}

}  // namespace
}  // namespace arete::transform
