// SPDX-License-Identifier: Apache-2.0
#include "model/reference/lifetimes.hpp"

#include <gtest/gtest.h>

#include "model/test_models.hpp"

namespace arete::model {
namespace {

TEST(Lifetimes, AValueIsFreedAfterItsLastReaderAndAnOutputNever) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", tensor::DType::kF32, {});
  const ValueId a = builder.node("Neg", {x});
  const ValueId b = builder.node("Add", {a, x});
  const ValueId c = builder.node("Neg", {b});
  builder.output(c);
  const auto freed = last_uses(builder.model().graph);
  ASSERT_EQ(freed.size(), 3U);
  EXPECT_TRUE(freed[0].empty());
  EXPECT_EQ(freed[1].size(), 2U);
  EXPECT_EQ(freed[2], std::vector<ValueId>{b});
}

TEST(Lifetimes, WhatASubgraphCapturesLivesUntilItsNode) {
  ModelBuilder builder;
  const ValueId condition = builder.input("c", tensor::DType::kBool, {});
  const ValueId x = builder.node("Constant", {});
  builder.node("Neg", {x});
  Graph branch;
  branch.outputs = {builder.node_in(branch, "Neg", {x})};
  Graph other;
  other.outputs = {x};
  builder.output(builder.node(
      "If", {condition},
      {{"then_branch", GraphBox(std::move(branch))}, {"else_branch", GraphBox(std::move(other))}}));
  const auto freed = last_uses(builder.model().graph);
  ASSERT_EQ(freed.size(), 3U);
  EXPECT_EQ(freed[2].size(), 2U);  // x and the condition
}

}  // namespace
}  // namespace arete::model
