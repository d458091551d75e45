// SPDX-License-Identifier: Apache-2.0
#include "model/operators/infer_shapes.hpp"

#include <gtest/gtest.h>

#include "model/test_models.hpp"

namespace arete::model {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

Tensor integers(std::vector<std::int64_t> values) {
  const Shape shape{static_cast<std::int64_t>(values.size())};
  return Tensor::of<std::int64_t>(shape, values);
}

TEST(InferShapes, KeepsSymbolsThroughElementwiseOperators) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim("batch"), Dim(3)});
  const ValueId bias = builder.constant("bias", Tensor::of<float>(Shape{3}, {1, 2, 3}));
  const ValueId y = builder.node("Add", {x, bias});
  builder.output(y);
  Model model = builder.take();
  ASSERT_TRUE(infer_shapes(model));
  EXPECT_EQ(text_of(*model.value(y).shape), "[batch, 3]");
  EXPECT_EQ(model.value(y).dtype, DType::kF32);
}

TEST(InferShapes, ReplacesASymbolEverywhereWhenAnInputBindsIt) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim("batch"), Dim(3)});
  const ValueId y = builder.node("Neg", {x});
  builder.output(y);
  Model model = builder.take();
  model.value(y).shape = SymbolicShape{Dim("batch"), Dim(3)};
  ASSERT_TRUE(infer_shapes(model, {{"x", Shape{7, 3}}}));
  EXPECT_EQ(text_of(*model.value(x).shape), "[7, 3]");
  EXPECT_EQ(text_of(*model.value(y).shape), "[7, 3]");
}

TEST(InferShapes, RefusesAShapeThatDoesNotFitTheInput) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim("n"), Dim("n"), Dim(3)});
  builder.output(builder.node("Neg", {x}));
  Model model = builder.take();
  EXPECT_EQ(infer_shapes(model, {{"x", Shape{2, 2, 4}}}).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(infer_shapes(model, {{"x", Shape{2, 3, 3}}}).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(infer_shapes(model, {{"z", Shape{2}}}).error().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(infer_shapes(model, {{"x", Shape{2, 2, 3}}}));
}

// What exporters write to flatten all but the batch:
// Shape, Gather, Unsqueeze, Concat, Reshape.
TEST(InferShapes, FollowsShapeArithmeticWithSymbols) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim("batch"), Dim(4), Dim(5)});
  const ValueId shape = builder.node("Shape", {x});
  const ValueId first =
      builder.node("Gather", {shape, builder.constant("zero", Tensor::scalar<std::int64_t>(0))});
  const ValueId vector =
      builder.node("Unsqueeze", {first, builder.constant("axes", integers({0}))});
  const ValueId rest = builder.constant("rest", integers({20}));
  const ValueId target = builder.node("Concat", {vector, rest}, {{"axis", std::int64_t{0}}});
  const ValueId y = builder.node("Reshape", {x, target});
  builder.output(y);
  Model model = builder.take();
  ASSERT_TRUE(infer_shapes(model));
  EXPECT_EQ(text_of(*model.value(y).shape), "[batch, 20]");
}

TEST(InferShapes, SolvesTheOpenExtentOfReshape) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim("batch"), Dim(4), Dim(5)});
  const ValueId flat = builder.node("Reshape", {x, builder.constant("a", integers({0, -1}))});
  const ValueId batch = builder.node("Reshape", {x, builder.constant("b", integers({-1, 20}))});
  builder.output(flat);
  builder.output(batch);
  Model model = builder.take();
  ASSERT_TRUE(infer_shapes(model));
  EXPECT_EQ(text_of(*model.value(flat).shape), "[batch, 20]");
  EXPECT_EQ(text_of(*model.value(batch).shape), "[batch, 20]");
}

TEST(InferShapes, NamesTheValueWhoseDeclaredShapeContradicts) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2), Dim(3)});
  const ValueId y = builder.node("Neg", {x});
  builder.output(y);
  Model model = builder.take();
  model.value(y).name = "wrong";
  model.value(y).shape = SymbolicShape{Dim(2), Dim(4)};
  const Status status = infer_shapes(model);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kInvalid);
  EXPECT_NE(status.error().message().find("'wrong'"), std::string::npos);
  EXPECT_NE(status.error().message().find("Neg"), std::string::npos);
}

TEST(InferShapes, TakesTheMoreSpecificOfDeclaredAndInferred) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(), Dim(3)});
  const ValueId y = builder.node("Neg", {x});
  builder.output(y);
  Model model = builder.take();
  model.value(y).shape = SymbolicShape{Dim("rows"), Dim()};
  ASSERT_TRUE(infer_shapes(model));
  EXPECT_EQ(text_of(*model.value(y).shape), "[rows, 3]");
}

TEST(InferShapes, LeavesOutputsOfUnknownOperatorsOpen) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2), Dim(3)});
  const ValueId y = builder.node("NobodyKnowsThis", {x});
  const ValueId z = builder.node("Neg", {y});
  builder.output(z);
  Model model = builder.take();
  ASSERT_TRUE(infer_shapes(model));
  EXPECT_FALSE(model.value(y).shape);
  EXPECT_FALSE(model.value(z).shape);
}

TEST(InferShapes, LeavesDataDependentExtentsOpen) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2), Dim(3)});
  const ValueId y = builder.node("NonZero", {x});
  builder.output(y);
  Model model = builder.take();
  ASSERT_TRUE(infer_shapes(model));
  EXPECT_EQ(text_of(*model.value(y).shape), "[2, ?]");
}

TEST(InferShapes, AnIfWithDifferentBranchesKeepsWhatIsCommon) {
  ModelBuilder builder;
  const ValueId condition = builder.input("c", DType::kBool, {});
  const ValueId x = builder.input("x", DType::kF32, {Dim(2), Dim(3)});
  Graph yes;
  const ValueId doubled = builder.node_in(yes, "Concat", {x, x}, {{"axis", std::int64_t{0}}});
  yes.outputs = {doubled};
  Graph no;
  const ValueId same = builder.node_in(no, "Neg", {x});
  no.outputs = {same};
  const ValueId y = builder.node(
      "If", {condition},
      {{"then_branch", GraphBox(std::move(yes))}, {"else_branch", GraphBox(std::move(no))}});
  builder.output(y);
  Model model = builder.take();
  ASSERT_TRUE(infer_shapes(model));
  EXPECT_EQ(text_of(*model.value(doubled).shape), "[4, 3]");
  EXPECT_EQ(text_of(*model.value(y).shape), "[?, 3]");
}

TEST(InferShapes, ALoopVariableThatGrowsHasAnOpenExtent) {
  ModelBuilder builder;
  const ValueId turns = builder.input("turns", DType::kI64, {});
  const ValueId x = builder.input("x", DType::kF32, {Dim(1), Dim(3)});
  Graph body;
  const ValueId turn = builder.value("turn");
  const ValueId go = builder.value("go");
  const ValueId state = builder.value("state");
  body.inputs = {turn, go, state};
  const ValueId longer = builder.node_in(body, "Concat", {state, x}, {{"axis", std::int64_t{0}}});
  const ValueId go_on = builder.node_in(body, "Identity", {go});
  body.outputs = {go_on, longer, x};
  const std::vector<ValueId> made =
      builder.nodes("Loop", {turns, kNoValue, x}, 2, {{"body", GraphBox(std::move(body))}});
  builder.output(made[0]);
  builder.output(made[1]);
  Model model = builder.take();
  const Status status = infer_shapes(model);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(text_of(*model.value(made[0]).shape), "[?, 3]");
  EXPECT_EQ(text_of(*model.value(made[1]).shape), "[?, 1, 3]");
}

TEST(InferShapes, LooksIntoModelLocalFunctions) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim("batch"), Dim(6)});
  Function function;
  function.name = "Halves";
  function.domain = "local";
  function.opset_imports[""] = 17;
  const ValueId inner = builder.value("inner");
  function.body.inputs = {inner};
  const ValueId moved = builder.node_in(function.body, "Transpose", {inner},
                                        {{"perm", AttributeReference{"order", 7}}});
  function.body.outputs = {moved};
  const ValueId y =
      builder.node("Halves", {x}, {{"order", std::vector<std::int64_t>{1, 0}}}, "local");
  builder.output(y);
  Model model = builder.take();
  model.functions.push_back(std::move(function));
  model.opset_imports["local"] = 1;
  const Status status = infer_shapes(model);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(text_of(*model.value(y).shape), "[6, batch]");
}

TEST(InferShapes, RefusesAFunctionThatCallsItself) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  Function function;
  function.name = "Again";
  function.domain = "local";
  const ValueId inner = builder.value("inner");
  function.body.inputs = {inner};
  function.body.outputs = {builder.node_in(function.body, "Again", {inner}, {}, "local")};
  builder.output(builder.node("Again", {x}, {}, "local"));
  Model model = builder.take();
  model.functions.push_back(std::move(function));
  const Status status = infer_shapes(model);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace arete::model
