// SPDX-License-Identifier: Apache-2.0
#include "model/ir/model.hpp"

#include <gtest/gtest.h>

namespace arete::model {
namespace {

class IrModel : public ::testing::Test {
 protected:
  ValueId value(const std::string& name) {
    Value value;
    value.name = name;
    return model_.add_value(std::move(value));
  }
  static Node node(const std::string& type, std::vector<ValueId> inputs,
                   std::vector<ValueId> outputs) {
    Node node;
    node.op_type = type;
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    return node;
  }

  Model model_;
};

TEST_F(IrModel, GivesNamesThatNobodyHas) {
  (void)value("x");
  (void)value("x_1");
  EXPECT_EQ(model_.unique_name("x"), "x_2");
  EXPECT_EQ(model_.unique_name("y"), "y");
}

TEST_F(IrModel, SortsNodesAndKeepsTheOrderOfThoseThatMay) {
  const ValueId a = value("a");
  const ValueId b = value("b");
  const ValueId c = value("c");
  const ValueId d = value("d");
  model_.graph.inputs = {a};
  model_.graph.nodes = {node("Late", {c}, {d}), node("First", {a}, {b}), node("Second", {b}, {c})};
  model_.graph.outputs = {d};
  EXPECT_FALSE(check_structure(model_).has_value());
  ASSERT_TRUE(sort_nodes(model_).has_value());
  EXPECT_TRUE(check_structure(model_).has_value());
  EXPECT_EQ(model_.graph.nodes[0].op_type, "First");
  EXPECT_EQ(model_.graph.nodes[2].op_type, "Late");
}

TEST_F(IrModel, FindsCyclesAlsoThroughSubgraphs) {
  const ValueId a = value("a");
  const ValueId b = value("b");
  Graph body;
  const ValueId inner = value("inner");
  body.nodes = {node("Neg", {b}, {inner})};  // captures what only comes after
  body.outputs = {inner};
  model_.graph.nodes = {node("If", {}, {a}), node("Neg", {a}, {b})};
  model_.graph.nodes[0].attributes["then_branch"] = GraphBox(std::move(body));
  const Status sorted = sort_nodes(model_);
  ASSERT_FALSE(sorted.has_value());
  EXPECT_NE(sorted.error().message().find("what it makes itself"), std::string::npos);
}

TEST_F(IrModel, RefusesAValueMadeTwice) {
  const ValueId a = value("a");
  model_.graph.inputs = {a};
  model_.graph.nodes = {node("Neg", {a}, {a})};
  const Status status = check_structure(model_);
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message().find("made twice"), std::string::npos);
}

TEST_F(IrModel, DoesNotLetSiblingSubgraphsSeeEachOther) {
  const ValueId made = value("made");
  const ValueId out = value("out");
  Graph maker;
  maker.nodes = {node("Constant", {}, {made})};
  Graph thief;
  thief.outputs = {made};
  model_.graph.nodes = {node("If", {}, {out})};
  model_.graph.nodes[0].attributes["a_maker"] = GraphBox(std::move(maker));
  model_.graph.nodes[0].attributes["b_thief"] = GraphBox(std::move(thief));
  EXPECT_FALSE(check_structure(model_).has_value());
}

TEST_F(IrModel, CopiesSubgraphsDeeply) {
  model_.graph.nodes = {node("Loop", {}, {})};
  model_.graph.nodes[0].attributes["body"] = GraphBox(Graph{});
  Model copy = model_;
  subgraphs_of(copy.graph.nodes[0])[0]->name = "changed";
  EXPECT_TRUE(subgraphs_of(model_.graph.nodes[0])[0]->name.empty());
}

TEST(IrShape, KeepsSymbolsAndKnowsWhenItIsConcrete) {
  const SymbolicShape shape = {Dim("batch"), Dim(), Dim(3)};
  EXPECT_EQ(text_of(shape), "[batch, ?, 3]");
  EXPECT_FALSE(concrete(shape).has_value());
  EXPECT_EQ(concrete(symbolic(tensor::Shape{2, 0})), (tensor::Shape{2, 0}));
}

}  // namespace
}  // namespace arete::model
