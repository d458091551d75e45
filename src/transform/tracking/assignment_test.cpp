// SPDX-License-Identifier: Apache-2.0
#include "transform/tracking/assignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <set>
#include <vector>

namespace arete::transform {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Problem {
  std::size_t rows;
  std::size_t columns;
  double limit;
  std::vector<double> costs;
};

/// The least sum of (cost - limit), by trying everything from `row` on.
double brute_force(const Problem& problem, std::size_t row, std::vector<bool>& taken) {
  if (row == problem.rows) {
    return 0;
  }
  double best = brute_force(problem, row + 1, taken);
  for (std::size_t column = 0; column < problem.columns; ++column) {
    const double cost = problem.costs[row * problem.columns + column];
    if (taken[column] || !(cost <= problem.limit)) {
      continue;
    }
    taken[column] = true;
    best = std::min(best, cost - problem.limit + brute_force(problem, row + 1, taken));
    taken[column] = false;
  }
  return best;
}

/// The same sum of what assign() chose; fails if a column is used twice or a pair is too dear.
double sum_of(const Problem& problem, const std::vector<int>& column_of) {
  EXPECT_EQ(column_of.size(), problem.rows);
  std::set<int> used;
  double sum = 0;
  for (std::size_t row = 0; row < problem.rows; ++row) {
    if (column_of[row] == kUnassigned) {
      continue;
    }
    EXPECT_TRUE(used.insert(column_of[row]).second) << "column used twice";
    const double cost =
        problem.costs[row * problem.columns + static_cast<std::size_t>(column_of[row])];
    EXPECT_LE(cost, problem.limit);
    sum += cost - problem.limit;
  }
  return sum;
}

TEST(Assign, IsAsCheapAsTheBestOfAllPossibilities) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    Problem problem{random() % 7, random() % 7, 0, {}};
    problem.limit = static_cast<double>(random() % 12) / 10;
    for (std::size_t i = 0; i < problem.rows * problem.columns; ++i) {
      // Few distinct values, so that ties are common.
      const auto value = random() % (round % 2 == 0 ? 6 : 1000);
      problem.costs.push_back(random() % 10 == 0
                                  ? kInfinity
                                  : static_cast<double>(value) / (round % 2 == 0 ? 5 : 1000));
    }
    const auto column_of = assign(problem.costs, problem.rows, problem.columns, problem.limit);
    std::vector<bool> taken(problem.columns, false);
    EXPECT_NEAR(sum_of(problem, column_of), brute_force(problem, 0, taken), 1e-9)
        << "round " << round;
  }
}

TEST(Assign, PrefersTheBestSumToTheBestPair) {
  // The nearest pair first would give 1 + 100.
  EXPECT_EQ(assign(std::vector<double>{1, 2, 3, 100}, 2, 2, 1000), (std::vector<int>{1, 0}));
}

TEST(Assign, NoPairAboveTheLimitNorWithoutANumber) {
  const double nan = std::nan("");
  EXPECT_EQ(assign(std::vector<double>{0.9, nan, kInfinity, 0.4}, 2, 2, 0.8),
            (std::vector<int>{kUnassigned, 1}));
  EXPECT_EQ(assign(std::vector<double>{-kInfinity}, 1, 1, 1), (std::vector<int>{kUnassigned}));
}

TEST(Assign, NothingOnEitherSide) {
  EXPECT_TRUE(assign({}, 0, 5, 1).empty());
  EXPECT_EQ(assign({}, 3, 0, 1), (std::vector<int>(3, kUnassigned)));
}

TEST(Assign, FindsAHiddenPermutationOfManyThatCanAllBePaired) {
  constexpr std::size_t kCount = 300;
  std::mt19937 random(5);
  std::vector<int> truth(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    truth[i] = static_cast<int>(i);
  }
  std::ranges::shuffle(truth, random);
  std::vector<double> costs;
  for (std::size_t row = 0; row < kCount; ++row) {
    for (std::size_t column = 0; column < kCount; ++column) {
      const double noise = static_cast<double>(random() % 1000) / 1e6;
      costs.push_back(truth[row] == static_cast<int>(column) ? noise : 0.5 + noise);
    }
  }
  EXPECT_EQ(assign(costs, kCount, kCount, 1), truth);
}

}  // namespace
}  // namespace arete::transform
