// SPDX-License-Identifier: Apache-2.0
#include "transform/suppression.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace arete::transform {
namespace {

Candidate candidate(float score, int index, tensor::Box box, std::size_t order = 0) {
  return {score, index, box, static_cast<std::uint32_t>(order), 0};
}

/// What stays of candidates without keypoints.
std::vector<Candidate> suppress(const std::vector<Candidate>& given, const spec::Nms& settings,
                                int max_kept) {
  Candidates candidates;
  for (const Candidate& one : given) {
    candidates.add(one.score, one.index, one.box, one.order);
  }
  suppress(candidates, settings, max_kept);
  return candidates.list();
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
  const auto kept = suppress({candidate(-0.0F, 7, {9, 9, 9, 9}, 1), candidate(0.5F, 7, box, 2),
                              candidate(0.5F, 7, box, 4), candidate(0, 7, {20, 20, 21, 21}, 5)},
                             settings(0.5), 9);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].order, 2U);
  EXPECT_EQ(kept[1].order, 1U);
  EXPECT_EQ(kept[2].order, 5U);
}

TEST(Suppression, ClassesMayHaveAnyNumber) {
  const tensor::Box box{0, 0, 4, 4};
  EXPECT_EQ(suppress({candidate(0.9F, 999999, box, 0), candidate(0.8F, -3, box, 1),
                      candidate(0.7F, 999999, box, 2), candidate(0.6F, 70000, box, 3)},
                     settings(0.5), 9)
                .size(),
            3U);
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
  Candidates candidates(1);
  candidates.add_point({8, 4, 1});
  candidates.add(0.25F, 0, {2, 0, 12, 10}, 1);
  candidates.add_point({4, 8, 1});
  candidates.add(0.75F, 0, {0, 0, 10, 10}, 0);
  spec::Nms nms = settings(0.3);
  nms.method = spec::Nms::Method::kWeighted;
  suppress(candidates, nms, 9);
  ASSERT_EQ(candidates.list().size(), 1U);
  const Candidate& kept = candidates.list()[0];
  EXPECT_FLOAT_EQ(kept.score, 0.75F);
  EXPECT_FLOAT_EQ(kept.box.x1, 0.5F);  // 0.75 * 0 + 0.25 * 2
  EXPECT_FLOAT_EQ(kept.box.x2, 10.5F);
  EXPECT_FLOAT_EQ(candidates.points_of(kept)[0].x, 5);
  EXPECT_FLOAT_EQ(candidates.points_of(kept)[0].y, 7);
}

/// Greedy suppression word by word: the twin that the fast one is held against.
std::vector<Candidate> suppressed_plainly(std::vector<Candidate> sorted, const spec::Nms& settings,
                                          std::size_t max_kept) {
  std::ranges::sort(sorted, [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.order < b.order;
  });
  sorted.resize(std::min(sorted.size(), static_cast<std::size_t>(settings.max_candidates)));
  std::vector<bool> gone(sorted.size(), false);
  std::vector<Candidate> kept;
  for (std::size_t i = 0; i < sorted.size() && kept.size() < max_kept; ++i) {
    if (gone[i]) {
      continue;
    }
    double weight = 0;
    double x1 = 0;
    for (std::size_t j = i; j < sorted.size(); ++j) {
      const bool rivals = (!settings.per_class || sorted[i].index == sorted[j].index) &&
                          tensor::intersection_over_union(sorted[i].box, sorted[j].box) >
                              static_cast<float>(settings.iou);
      if (j == i || (!gone[j] && rivals)) {
        gone[j] = true;
        weight += static_cast<double>(sorted[j].score);
        x1 += static_cast<double>(sorted[j].score) * static_cast<double>(sorted[j].box.x1);
      }
    }
    kept.push_back(sorted[i]);
    if (settings.method == spec::Nms::Method::kWeighted && weight > 0) {
      kept.back().box.x1 = static_cast<float>(x1 / weight);
    }
  }
  return kept;
}

TEST(Suppression, IsTheDefinitionWordByWord) {
  std::mt19937 random(4);
  for (int round = 0; round < 400; ++round) {
    std::vector<Candidate> boxes;
    const std::size_t count = random() % 150;
    for (std::size_t i = 0; i < count; ++i) {
      const auto x = static_cast<float>(random() % 60);
      const auto y = static_cast<float>(random() % 60);
      // Coarse numbers: many ties of scores and overlaps at the threshold; some boxes are empty.
      boxes.push_back(candidate(
          static_cast<float>(random() % 20) / 20, static_cast<int>(random() % 3),
          {x, y, x + static_cast<float>(random() % 20), y + static_cast<float>(random() % 20)}, i));
    }
    spec::Nms nms = settings(static_cast<double>(random() % 5) / 4, random() % 2 == 0);
    nms.method = random() % 2 == 0 ? spec::Nms::Method::kHard : spec::Nms::Method::kWeighted;
    nms.max_candidates = static_cast<int>(random() % 160);
    const int limit = static_cast<int>(random() % 120) + 1;
    const auto wanted = suppressed_plainly(boxes, nms, static_cast<std::size_t>(limit));
    const auto kept = suppress(boxes, nms, limit);
    ASSERT_EQ(kept.size(), wanted.size()) << round;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      EXPECT_EQ(kept[i].order, wanted[i].order) << round;
      EXPECT_EQ(kept[i].box.x1, wanted[i].box.x1) << round;
    }
  }
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
