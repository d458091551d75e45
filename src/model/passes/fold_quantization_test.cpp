// When Q/DQ pairs fold into values, when they stay, and that unfolding gives the file back.
// SPDX-License-Identifier: Apache-2.0
#include "model/passes/fold_quantization.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "model/onnx/proto_builder.hpp"
#include "model/passes/unfold_quantization.hpp"

namespace arete::model::onnx {
namespace {

constexpr int kInt8 = ::onnx::TensorProto::INT8;

std::size_t count_of(const Model& model, const std::string& type) {
  return static_cast<std::size_t>(
      std::ranges::count(model.graph.nodes, type, [](const Node& node) { return node.op_type; }));
}

/// x -> Relu -> r -> Q -> q -> DQ -> d -> Neg -> y
::onnx::ModelProto pair_model() {
  auto proto = empty_model();
  auto& graph = *proto.mutable_graph();
  set_type(*graph.add_input(), "x", 1, {1, 4});
  set_type(*graph.add_output(), "y", 1, {1, 4});
  add_floats(graph, "s", {}, {0.5F});
  add_integers(graph, "z", kInt8, {}, {3});
  add_node(graph, "Relu", {"x"}, {"r"});
  add_node(graph, "QuantizeLinear", {"r", "s", "z"}, {"q"});
  add_node(graph, "DequantizeLinear", {"q", "s", "z"}, {"d"});
  add_node(graph, "Neg", {"d"}, {"y"});
  return proto;
}

Model folded(const ::onnx::ModelProto& proto) {
  auto model = read_proto(proto);
  EXPECT_TRUE(model.has_value()) << (model ? "" : model.error().message());
  EXPECT_TRUE(!model || check_structure(*model).has_value());
  return model ? std::move(*model) : Model();
}

/// Nodes as text, order apart: enough to say that a file came back.
std::vector<std::string> nodes_of(const ::onnx::ModelProto& proto) {
  std::vector<std::string> nodes;
  for (const auto& node : proto.graph().node()) {
    nodes.push_back(node.SerializeAsString());
  }
  std::ranges::sort(nodes);
  return nodes;
}

void expect_back(const ::onnx::ModelProto& proto) {
  const auto bytes = write_onnx(folded(proto));
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message();
  const auto back = parse_proto(*bytes);
  EXPECT_EQ(nodes_of(back), nodes_of(proto));
  std::map<std::string, std::string> constants;
  for (const auto& tensor : back.graph().initializer()) {
    constants[tensor.name()] = tensor.SerializeAsString();
  }
  EXPECT_EQ(constants.size(), static_cast<std::size_t>(proto.graph().initializer_size()));
}

void expect_unfolded(const ::onnx::ModelProto& proto, std::size_t quantize,
                     std::size_t dequantize) {
  const Model model = folded(proto);
  EXPECT_EQ(count_of(model, "QuantizeLinear"), quantize);
  EXPECT_EQ(count_of(model, "DequantizeLinear"), dequantize);
  expect_back(proto);
}

TEST(FoldQuantization, FoldsAPairIntoItsValue) {
  const Model model = folded(pair_model());
  ASSERT_EQ(model.graph.nodes.size(), 2U);
  const Value& value = model.value(model.graph.nodes[0].outputs[0]);
  EXPECT_EQ(value.name, "r");
  ASSERT_TRUE(value.quantization.has_value());
  EXPECT_EQ(value.quantization->scales, std::vector<float>{0.5F});
  EXPECT_EQ(value.quantization->zero_points, std::vector<std::int32_t>{3});
  EXPECT_EQ(value.quantization->stored, tensor::DType::kI8);
  EXPECT_EQ(value.dtype, tensor::DType::kF32);
  EXPECT_EQ(model.graph.nodes[1].inputs[0], model.graph.nodes[0].outputs[0]);
  EXPECT_TRUE(model.graph.constants.empty());
  expect_back(pair_model());
}

TEST(FoldQuantization, FoldsManyReadersOfOneMeaning) {
  auto proto = pair_model();
  auto& graph = *proto.mutable_graph();
  add_node(graph, "DequantizeLinear", {"q", "s", "z"}, {"d2"});
  add_node(graph, "Abs", {"d2"}, {"y2"});
  graph.add_output()->set_name("y2");
  const Model model = folded(proto);
  EXPECT_EQ(count_of(model, "DequantizeLinear"), 0U);
  EXPECT_EQ(model.graph.nodes[1].inputs[0], model.graph.nodes[2].inputs[0]);
}

TEST(FoldQuantization, KeepsReadersWithDifferentScales) {
  auto proto = pair_model();
  auto& graph = *proto.mutable_graph();
  add_floats(graph, "s2", {}, {0.25F});
  add_node(graph, "DequantizeLinear", {"q", "s2", "z"}, {"d2"});
  graph.add_output()->set_name("d2");
  expect_unfolded(proto, 1, 2);
}

TEST(FoldQuantization, KeepsAPairWhoseRealValueIsRead) {
  auto proto = pair_model();
  add_node(*proto.mutable_graph(), "Abs", {"r"}, {"y2"});
  proto.mutable_graph()->add_output()->set_name("y2");
  expect_unfolded(proto, 1, 1);
  proto = pair_model();
  proto.mutable_graph()->add_output()->set_name("r");
  expect_unfolded(proto, 1, 1);
}

TEST(FoldQuantization, KeepsAPairWhoseIntegersAreRead) {
  auto proto = pair_model();
  add_node(*proto.mutable_graph(), "Cast", {"q"}, {"c"});
  set_integer(*proto.mutable_graph()->mutable_node(4), "to", 1);
  expect_unfolded(proto, 1, 1);
}

TEST(FoldQuantization, KeepsScalesThatAreComputed) {
  auto proto = pair_model();
  proto.mutable_graph()->mutable_initializer()->DeleteSubrange(0, 1);
  set_type(*proto.mutable_graph()->add_input(), "s", 1, {});
  expect_unfolded(proto, 1, 1);
}

TEST(FoldQuantization, KeepsScalesThatAreNotPositive) {
  auto proto = pair_model();
  proto.mutable_graph()->mutable_initializer(0)->set_float_data(0, 0.0F);
  expect_unfolded(proto, 1, 1);
}

TEST(FoldQuantization, KeepsTheBorderOfTheGraphReal) {
  auto proto = empty_model();
  auto& graph = *proto.mutable_graph();
  set_type(*graph.add_input(), "x", 1, {1, 4});
  set_type(*graph.add_output(), "d", 1, {1, 4});
  add_floats(graph, "s", {}, {0.5F});
  add_integers(graph, "z", kInt8, {}, {3});
  add_node(graph, "QuantizeLinear", {"x", "s", "z"}, {"q"});
  add_node(graph, "DequantizeLinear", {"q", "s", "z"}, {"d"});
  const Model model = folded(proto);
  EXPECT_EQ(count_of(model, "Identity"), 2U);
  EXPECT_FALSE(model.value(model.graph.inputs[0]).quantization.has_value());
  EXPECT_FALSE(model.value(model.graph.outputs[0]).quantization.has_value());
  EXPECT_TRUE(model.value(model.graph.nodes[0].outputs[0]).quantization.has_value());
  expect_back(proto);
}

TEST(FoldQuantization, TakesIntegerInputsAndOutputsAsStored) {
  auto proto = empty_model();
  auto& graph = *proto.mutable_graph();
  set_type(*graph.add_input(), "qx", kInt8, {1, 4});
  set_type(*graph.add_output(), "qy", kInt8, {1, 4});
  add_floats(graph, "s", {}, {0.5F});
  add_integers(graph, "z", kInt8, {}, {3});
  add_node(graph, "DequantizeLinear", {"qx", "s", "z"}, {"x"});
  add_node(graph, "Relu", {"x"}, {"y"});
  add_node(graph, "QuantizeLinear", {"y", "s", "z"}, {"qy"});
  const Model model = folded(proto);
  ASSERT_EQ(model.graph.nodes.size(), 1U);
  EXPECT_EQ(model.value(model.graph.inputs[0]).stored_dtype(), tensor::DType::kI8);
  EXPECT_EQ(model.value(model.graph.outputs[0]).name, "qy");
  EXPECT_EQ(model.value(model.graph.outputs[0]).stored_dtype(), tensor::DType::kI8);
  expect_back(proto);
}

::onnx::ModelProto weight_model(const std::vector<std::int64_t>& scale_dims,
                                const std::vector<float>& scales) {
  auto proto = empty_model(21);
  auto& graph = *proto.mutable_graph();
  set_type(*graph.add_input(), "x", 1, {1, 2});
  set_type(*graph.add_output(), "y", 1, {1, 4});
  add_integers(graph, "w", kInt8, {2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  add_floats(graph, "s", scale_dims, scales);
  add_node(graph, "DequantizeLinear", {"w", "s"}, {"d"});
  add_node(graph, "MatMul", {"x", "d"}, {"y"});
  return proto;
}

TEST(FoldQuantization, FoldsConstantsPerChannel) {
  auto proto = weight_model({4}, {1, 2, 3, 4});
  set_integer(*proto.mutable_graph()->mutable_node(0), "axis", 1);
  const Model model = folded(proto);
  ASSERT_EQ(model.graph.nodes.size(), 1U);
  const Value& weight = model.value(model.graph.nodes[0].inputs[1]);
  EXPECT_EQ(weight.quantization->axis, 1);
  EXPECT_EQ(weight.quantization->scales.size(), 4U);
  EXPECT_EQ(weight.constant->dtype(), tensor::DType::kI8);
  expect_back(proto);
}

TEST(FoldQuantization, FoldsConstantsInBlocks) {
  auto proto = weight_model({2, 2}, {1, 2, 3, 4});
  set_integer(*proto.mutable_graph()->mutable_node(0), "axis", 1);
  set_integer(*proto.mutable_graph()->mutable_node(0), "block_size", 2);
  const Model model = folded(proto);
  ASSERT_EQ(model.graph.nodes.size(), 1U);
  EXPECT_EQ(model.value(model.graph.nodes[0].inputs[1]).quantization->block_size, 2);
  expect_back(proto);
}

TEST(FoldQuantization, KeepsParametersThatDoNotFitTheShape) {
  auto proto = weight_model({3}, {1, 2, 3});
  set_integer(*proto.mutable_graph()->mutable_node(0), "axis", 1);
  expect_unfolded(proto, 0, 1);
}

TEST(FoldQuantization, KeepsConstantsThatOthersReadAsIntegers) {
  auto proto = weight_model({}, {1});
  add_node(*proto.mutable_graph(), "Identity", {"w"}, {"integers"});
  expect_unfolded(proto, 0, 1);
}

TEST(FoldQuantization, RequantizesFromValueToValue) {
  auto proto = pair_model();
  auto& graph = *proto.mutable_graph();
  add_floats(graph, "s2", {}, {0.25F});
  graph.mutable_node(3)->set_op_type("QuantizeLinear");  // d -> Q -> y2 -> DQ -> y
  graph.mutable_node(3)->add_input("s2");
  graph.mutable_node(3)->add_input("z");
  graph.mutable_node(3)->set_output(0, "q2");
  add_node(graph, "DequantizeLinear", {"q2", "s2", "z"}, {"d2"});
  add_node(graph, "Abs", {"d2"}, {"y"});
  const Model model = folded(proto);
  EXPECT_EQ(count_of(model, "QuantizeLinear") + count_of(model, "DequantizeLinear"), 0U);
  expect_back(proto);
}

TEST(UnfoldQuantization, NamesWhatTheFileNeverNamed) {
  Model model;
  model.opset_imports[""] = 17;
  Value x;
  x.name = "x";
  x.dtype = tensor::DType::kF32;
  x.shape = SymbolicShape{Dim(2)};
  x.quantization.emplace();
  x.quantization->scales = {0.5F};
  Value y = x;
  y.name = "y";
  const ValueId in = model.add_value(x);
  const ValueId out = model.add_value(y);
  model.graph.inputs = {in};
  model.graph.outputs = {out};
  Node node;
  node.op_type = "Relu";
  node.inputs = {in};
  node.outputs = {out};
  model.graph.nodes = {node};
  const auto bytes = write_onnx(model);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message();
  const auto proto = parse_proto(*bytes);
  EXPECT_EQ(proto.graph().input(0).type().tensor_type().elem_type(), kInt8);
  EXPECT_EQ(proto.graph().output(0).name(), "y");
  EXPECT_EQ(proto.graph().node_size(), 3);
  const Model back = folded(proto);
  EXPECT_EQ(back.graph.nodes.size(), 1U);
  EXPECT_EQ(back.value(back.graph.outputs[0]).quantization->scales, x.quantization->scales);
}

TEST(UnfoldQuantization, UsesTheDomainThatKnowsTheType) {
  auto proto = weight_model({}, {1});
  proto.mutable_graph()->mutable_initializer(0)->set_data_type(::onnx::TensorProto::INT16);
  Model model = folded(proto);
  model.opset_imports[""] = 17;  // before ONNX's own nodes knew 16 bits
  const auto unfolded = unfold_quantization(model);
  ASSERT_TRUE(unfolded.has_value());
  EXPECT_EQ(unfolded->opset("com.microsoft"), 1);
}

}  // namespace
}  // namespace arete::model::onnx
