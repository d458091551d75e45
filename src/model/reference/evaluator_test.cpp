// SPDX-License-Identifier: Apache-2.0
#include "model/reference/evaluator.hpp"

#include <gtest/gtest.h>

#include "model/test_models.hpp"

namespace arete::model {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

Tensor floats(std::vector<float> values) {
  const Shape shape{static_cast<std::int64_t>(values.size())};
  return Tensor::of<float>(shape, values);
}

std::vector<float> run_one(const Model& model, const Tensor& x) {
  auto evaluator = Evaluator::create(model);
  EXPECT_TRUE(evaluator) << evaluator.error().message();
  auto outputs = evaluator->run({Datum{.tensor = x}});
  EXPECT_TRUE(outputs) << outputs.error().message();
  const auto data = outputs->at(0).tensor.data<float>();
  return {data.begin(), data.end()};
}

/// Loop over `turns`: state = state + x, x captured from the graph around it.
Model adding_loop(ModelBuilder& builder, ValueId turns, ValueId x) {
  Graph body;
  const ValueId turn = builder.value("turn");
  const ValueId go = builder.value("go");
  const ValueId state = builder.value("state");
  body.inputs = {turn, go, state};
  const ValueId sum = builder.node_in(body, "Add", {state, x});
  body.outputs = {go, sum, sum};
  const auto made =
      builder.nodes("Loop", {turns, kNoValue, x}, 2, {{"body", GraphBox(std::move(body))}});
  builder.output(made[0]);
  builder.output(made[1]);
  return builder.take();
}

TEST(Evaluator, RunsNodesInOrder) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  builder.output(builder.node("Neg", {builder.node("Add", {x, x})}));
  EXPECT_EQ(run_one(builder.take(), floats({1, 2})), (std::vector<float>{-2, -4}));
}

TEST(Evaluator, ALoopBodySeesValuesOfTheGraphAroundIt) {
  ModelBuilder builder;
  const ValueId turns = builder.constant("turns", Tensor::scalar<std::int64_t>(3));
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  const Model model = adding_loop(builder, turns, x);
  auto evaluator = Evaluator::create(model);
  ASSERT_TRUE(evaluator);
  const auto outputs = evaluator->run({Datum{.tensor = floats({1, 10})}});
  ASSERT_TRUE(outputs) << outputs.error().message();
  EXPECT_EQ((*outputs)[0].tensor.data<float>()[1], 40.0F);
  EXPECT_EQ((*outputs)[1].tensor.shape(), (Shape{3, 2}));
  EXPECT_EQ((*outputs)[1].tensor.data<float>()[2], 3.0F);
}

TEST(Evaluator, ALoopWithoutATurnGivesAnEmptyScan) {
  ModelBuilder builder;
  const ValueId turns = builder.constant("turns", Tensor::scalar<std::int64_t>(0));
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  const Model model = adding_loop(builder, turns, x);
  auto evaluator = Evaluator::create(model);
  const auto outputs = evaluator->run({Datum{.tensor = floats({1, 10})}});
  ASSERT_TRUE(outputs);
  EXPECT_EQ((*outputs)[1].tensor.shape()[0], 0);
}

TEST(Evaluator, StopsALoopThatDoesNotEnd) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  const Model model = adding_loop(builder, kNoValue, x);
  auto evaluator = Evaluator::create(model, {.node_limit = 1000, .observer = {}});
  const auto outputs = evaluator->run({Datum{.tensor = floats({1, 10})}});
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().code(), ErrorCode::kNoSpace);
}

TEST(Evaluator, RefusesToHoldMoreBytesThanAllowed) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(100)});
  builder.output(builder.node("Neg", {x}));
  auto evaluator = Evaluator::create(builder.take(), {.byte_limit = 500, .observer = {}});
  const auto outputs = evaluator->run({Datum{.tensor = floats(std::vector<float>(100))}});
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().code(), ErrorCode::kNoSpace);
}

TEST(Evaluator, NamesTheNodeThatFails) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim()});
  builder.output(builder.node("Add", {x, builder.constant("three", floats({1, 2, 3}))}));
  builder.model().graph.nodes[0].name = "sum";
  auto evaluator = Evaluator::create(builder.take());
  const auto outputs = evaluator->run({Datum{.tensor = floats({1, 2})}});
  ASSERT_FALSE(outputs);
  EXPECT_NE(outputs.error().message().find("node 0 'sum' (Add)"), std::string::npos);
}

TEST(Evaluator, NamesAnOperatorThatNobodyKnowsBeforeItRuns) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  builder.output(builder.node("NobodyKnowsThis", {x}));
  const auto evaluator = Evaluator::create(builder.take());
  ASSERT_FALSE(evaluator);
  EXPECT_EQ(evaluator.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(evaluator.error().message().find("NobodyKnowsThis"), std::string::npos);
}

TEST(Evaluator, ChecksTypeShapeAndPresenceOfInputs) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  builder.output(builder.node("Neg", {x}));
  auto evaluator = Evaluator::create(builder.take());
  EXPECT_FALSE(evaluator->run({Datum{.tensor = floats({1, 2, 3})}}));
  EXPECT_FALSE(evaluator->run({Datum{.tensor = Tensor::scalar<std::int64_t>(1)}}));
  EXPECT_FALSE(evaluator->run(std::vector<Datum>{}));
  EXPECT_FALSE(evaluator->run({{"y", floats({1, 2})}}));
  EXPECT_TRUE(evaluator->run({{"x", floats({1, 2})}}));
}

TEST(Evaluator, KeepsQuantizedValuesAsIntegers) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(3)});
  const ValueId half = builder.node("Neg", {x});
  const ValueId y = builder.node("Neg", {half});
  builder.output(y);
  Model model = builder.take();
  model.value(half).quantization =
      tensor::Quantization{.stored = DType::kI8, .scales = {0.5F}, .zero_points = {}, .axis = {}};
  std::vector<DType> stored;
  EvaluatorOptions options;
  options.observer = [&](const Node&, std::span<const Datum>, std::span<const Datum> outputs) {
    stored.push_back(outputs[0].tensor.dtype());
  };
  auto evaluator = Evaluator::create(model, std::move(options));
  ASSERT_TRUE(evaluator);
  const auto outputs = evaluator->run({Datum{.tensor = floats({0.6F, 1.0F, 1000.0F})}});
  ASSERT_TRUE(outputs) << outputs.error().message();
  EXPECT_EQ(stored, (std::vector<DType>{DType::kI8, DType::kF32}));
  const auto data = (*outputs)[0].tensor.data<float>();
  EXPECT_EQ(data[0], 0.5F);
  EXPECT_EQ(data[1], 1.0F);
  EXPECT_EQ(data[2], 64.0F);  // saturated at -128 steps
}

TEST(Evaluator, RunsModelLocalFunctionsWithTheCallersAttributes) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  Function function;
  function.name = "Scale";
  function.domain = "local";
  function.opset_imports[""] = 17;
  const ValueId inner = builder.value("inner");
  function.body.inputs = {inner};
  const ValueId factor = builder.node_in(function.body, "Constant", {},
                                         {{"value_float", AttributeReference{"by", 1}}});
  function.body.outputs = {builder.node_in(function.body, "Mul", {inner, factor})};
  const ValueId once = builder.node("Scale", {x}, {{"by", 3.0F}}, "local");
  builder.output(builder.node("Scale", {once}, {{"by", 5.0F}}, "local"));
  Model model = builder.take();
  model.functions.push_back(std::move(function));
  EXPECT_EQ(run_one(model, floats({1, 2})), (std::vector<float>{15, 30}));
}

}  // namespace
}  // namespace arete::model
