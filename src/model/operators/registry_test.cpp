// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "model/operators/operator.hpp"

namespace arete::model {
namespace {

TEST(Registry, EveryRowHasAKernelARuleAndARangeOfInputs) {
  for (const Operator& row : all_operators()) {
    EXPECT_NE(row.kernel, nullptr) << row.name;
    EXPECT_NE(row.shape, nullptr) << row.name;
    EXPECT_LE(row.min_inputs, row.max_inputs) << row.name;
    EXPECT_GE(row.since, 1) << row.name;
  }
}

TEST(Registry, NoOperatorAndVersionComesTwice) {
  std::set<std::tuple<std::string_view, std::string_view, int>> seen;
  for (const Operator& row : all_operators()) {
    EXPECT_TRUE(seen.emplace(row.domain, row.name, row.since).second) << row.name;
  }
}

TEST(Registry, FindsTheNewestRowThatAnOpsetHas) {
  const Operator* old_softmax = find_operator("", "Softmax", 12);
  const Operator* new_softmax = find_operator("", "Softmax", 13);
  ASSERT_NE(old_softmax, nullptr);
  ASSERT_NE(new_softmax, nullptr);
  EXPECT_LT(old_softmax->since, new_softmax->since);
  EXPECT_EQ(find_operator("", "Softmax", 20), new_softmax);
}

TEST(Registry, DoesNotFindWhatTheOpsetDoesNotHaveYet) {
  EXPECT_EQ(find_operator("", "CenterCropPad", 17), nullptr);
  EXPECT_NE(find_operator("", "CenterCropPad", 18), nullptr);
  EXPECT_EQ(find_operator("elsewhere", "Add", 18), nullptr);
  EXPECT_EQ(find_operator("ai.onnx", "Add", 18), find_operator("", "Add", 18));
}

}  // namespace
}  // namespace arete::model
