// SPDX-License-Identifier: Apache-2.0
#include "model/summary/summary.hpp"

#include <gtest/gtest.h>

#include "model/summary/memory.hpp"

namespace arete::model {
namespace {

Value f32_value(std::string name, SymbolicShape shape) {
  Value value;
  value.name = std::move(name);
  value.dtype = tensor::DType::kF32;
  value.shape = std::move(shape);
  return value;
}

Value named(std::string name) {
  Value value;
  value.name = std::move(name);
  return value;
}

Node node_of(std::string type, std::vector<ValueId> inputs, std::vector<ValueId> outputs) {
  Node node;
  node.op_type = std::move(type);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  return node;
}

tensor::Tensor zeros(tensor::Shape shape) {
  return tensor::Tensor::allocate(tensor::DType::kF32, std::move(shape)).value();
}

/// x[batch,3,8,8] -> Conv 3x3 (4 channels, same size) -> Relu -> Add(with itself) -> y
Model small_net() {
  Model model;
  model.opset_imports[""] = 17;
  const ValueId x =
      model.add_value(f32_value("x", {Dim(std::string("batch")), Dim(3), Dim(8), Dim(8)}));
  const ValueId weights = model.add_constant("w", zeros({4, 3, 3, 3}));
  const ValueId conv = model.add_value(named("conv"));
  const ValueId relu = model.add_value(named("relu"));
  const ValueId y = model.add_value(named("y"));
  Node first = node_of("Conv", {x, weights}, {conv});
  first.attributes["pads"] = std::vector<std::int64_t>{1, 1, 1, 1};
  model.graph.inputs = {x};
  model.graph.outputs = {y};
  model.graph.nodes = {first, node_of("Relu", {conv}, {relu}), node_of("Add", {relu, relu}, {y})};
  return model;
}

TEST(Summarize, CountsOperatorsParametersAndMacs) {
  const auto summary = summarize(small_net(), {});
  ASSERT_TRUE(summary.has_value()) << summary.error().message();
  EXPECT_EQ(summary->operators,
            (std::map<std::string, std::int64_t>{{"Add", 1}, {"Conv", 1}, {"Relu", 1}}));
  EXPECT_EQ(summary->parameters, 4 * 3 * 9);
  EXPECT_EQ(summary->parameter_bytes, 4 * 3 * 9 * 4);
  EXPECT_EQ(summary->macs, 8 * 8 * 4 * 3 * 9);
  EXPECT_EQ(summary->quantization.kind, QuantizationKind::kNone);
}

TEST(Summarize, AssumesOneForAnUnknownExtentAndSaysSo) {
  const auto summary = summarize(small_net(), {});
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->assumed_shapes.at("x"), (tensor::Shape{1, 3, 8, 8}));
}

TEST(Summarize, TakesGivenShapes) {
  const auto one = summarize(small_net(), {});
  const auto five = summarize(small_net(), {{"x", {5, 3, 8, 8}}});
  ASSERT_TRUE(one.has_value() && five.has_value());
  EXPECT_TRUE(five->assumed_shapes.empty());
  EXPECT_EQ(*five->macs, 5 * *one->macs);
}

TEST(Summarize, PeakIsWhatLivesTogether) {
  const auto summary = summarize(small_net(), {});
  ASSERT_TRUE(summary.has_value());
  // conv -> relu: two maps of 4 channels, the input is dead by then.
  EXPECT_EQ(summary->peak_activation_bytes, 2 * 4 * 8 * 8 * 4);
}

TEST(Summarize, QuantizedValuesCountInTheirStoredType) {
  Model model = small_net();
  for (std::uint32_t i = 0; i < model.value_count(); ++i) {
    Value& value = model.value(ValueId{i});
    if (!value.constant) {
      value.dtype = tensor::DType::kF32;
      value.quantization.emplace();
      value.quantization->scales = {0.1F};
    }
  }
  const auto summary = summarize(model, {});
  ASSERT_TRUE(summary.has_value()) << summary.error().message();
  EXPECT_EQ(summary->peak_activation_bytes, 2 * 4 * 8 * 8);
  EXPECT_EQ(summary->quantization.kind, QuantizationKind::kFull);
  EXPECT_EQ(summary->quantization.activations.at("i8"), 4);
}

TEST(PeakActivationBytes, IsUnknownWithoutShapes) {
  Model model = small_net();
  EXPECT_EQ(peak_activation_bytes(model), std::nullopt);
}

}  // namespace
}  // namespace arete::model
