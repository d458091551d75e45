// Files that lie, and what the reader says of them.
// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/onnx.hpp"

#include <gtest/gtest.h>

#include <random>

#include "model/onnx/proto_builder.hpp"

namespace arete::model::onnx {
namespace {

/// The error's message; empty, and a failed test, if the file was accepted.
std::string refusal(const ::onnx::ModelProto& proto) {
  const auto model = read_proto(proto);
  EXPECT_FALSE(model.has_value());
  return model ? std::string() : model.error().message();
}

bool says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

TEST(OnnxReader, RefusesWhatIsNoOnnxFile) {
  EXPECT_FALSE(read_onnx(SharedBytes()).has_value());
  EXPECT_FALSE(read_onnx(SharedBytes(to_bytes("hello, world"))).has_value());
  auto proto = relu_model();
  proto.clear_graph();
  EXPECT_TRUE(says(refusal(proto), "no graph"));
}

TEST(OnnxReader, RefusesAFileCutShort) {
  const std::string whole = relu_model().SerializeAsString();
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    const auto model = read_onnx(SharedBytes(to_bytes(whole.substr(0, size))));
    EXPECT_FALSE(model.has_value()) << size << " of " << whole.size() << " bytes";
  }
}

TEST(OnnxReader, RefusesVersionsItCannotKnow) {
  auto proto = relu_model();
  proto.set_ir_version(99);
  EXPECT_TRUE(says(refusal(proto), "IR version 99"));
  proto = relu_model();
  proto.clear_opset_import();
  EXPECT_TRUE(says(refusal(proto), "operator set"));
}

TEST(OnnxReader, NamesTheNodeThatReadsNothing) {
  auto proto = relu_model();
  proto.mutable_graph()->mutable_node(0)->set_input(0, "ghost");
  const std::string message = refusal(proto);
  EXPECT_TRUE(says(message, "ghost")) << message;
  EXPECT_TRUE(says(message, "Relu_of_y")) << message;
}

TEST(OnnxReader, RefusesTwoMakersOfOneValue) {
  auto proto = relu_model();
  add_node(*proto.mutable_graph(), "Neg", {"x"}, {"y"});
  EXPECT_TRUE(says(refusal(proto), "'y' is defined twice"));
}

TEST(OnnxReader, RefusesAnOutputThatNothingMakes) {
  auto proto = relu_model();
  proto.mutable_graph()->mutable_output(0)->set_name("ghost");
  EXPECT_TRUE(says(refusal(proto), "ghost"));
}

TEST(OnnxReader, RefusesCycles) {
  auto proto = relu_model();
  auto& graph = *proto.mutable_graph();
  add_node(graph, "Neg", {"b"}, {"a"});
  add_node(graph, "Neg", {"a"}, {"b"});
  EXPECT_TRUE(says(refusal(proto), "what it makes itself"));
}

TEST(OnnxReader, RefusesLyingConstants) {
  auto proto = relu_model();
  auto& tensor = add_floats(*proto.mutable_graph(), "w", {2}, {1, 2, 3});
  EXPECT_TRUE(says(refusal(proto), "initializer 'w'"));
  tensor.clear_float_data();
  tensor.set_raw_data("1234567");
  EXPECT_TRUE(says(refusal(proto), "raw_data holds 7 bytes where 8"));
  tensor.set_dims(0, -2);
  EXPECT_TRUE(says(refusal(proto), "negative"));
  tensor.set_dims(0, std::int64_t{1} << 60);
  EXPECT_TRUE(says(refusal(proto), "too many elements"));
  tensor.set_dims(0, std::int64_t{1} << 50);
  EXPECT_TRUE(says(refusal(proto), "raw_data holds 7"));
  tensor.set_data_type(99);
  EXPECT_TRUE(says(refusal(proto), "element type 99"));
}

TEST(OnnxReader, RefusesTypesThatContradict) {
  auto proto = relu_model();
  auto& info = *proto.mutable_graph()->add_value_info();
  set_type(info, "y", 7, {1, 4});
  const std::string message = refusal(proto);
  EXPECT_TRUE(says(message, "'y' is declared f32 in one place and i64")) << message;
}

TEST(OnnxReader, RefusesTwoAttributesOfOneName) {
  auto proto = relu_model();
  set_integer(*proto.mutable_graph()->mutable_node(0), "axis", 0);
  set_integer(*proto.mutable_graph()->mutable_node(0), "axis", 1);
  EXPECT_TRUE(says(refusal(proto), "given twice"));
}

::onnx::ModelProto nested(int levels) {
  auto proto = relu_model();
  ::onnx::GraphProto* graph = proto.mutable_graph();
  for (int level = 0; level < levels; ++level) {
    auto& attribute = *add_node(*graph, "Loop", {}, {}).add_attribute();
    attribute.set_name("body");
    attribute.set_type(::onnx::AttributeProto::GRAPH);
    graph = attribute.mutable_g();
  }
  return proto;
}

TEST(OnnxReader, TakesSubgraphsToALimit) {
  EXPECT_TRUE(read_proto(nested(kDeepestSubgraph)).has_value());
  EXPECT_TRUE(says(refusal(nested(kDeepestSubgraph + 1)), "deeper than"));
  EXPECT_TRUE(says(refusal(nested(1000)), "nested too deeply"));
}

TEST(OnnxReader, SurvivesFlippedBytes) {
  auto proto = nested(3);
  add_floats(*proto.mutable_graph(), "w", {2, 2}, {1, 2, 3, 4});
  const std::string whole = proto.SerializeAsString();
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string damaged = whole;
    for (int flips = 0; flips <= round % 4; ++flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    const auto model = read_onnx(SharedBytes(to_bytes(damaged)));
    if (model) {
      ++accepted;
      EXPECT_TRUE(check_structure(*model).has_value());
      EXPECT_TRUE(write_onnx(*model).has_value());
    }
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 4000);
}

}  // namespace
}  // namespace arete::model::onnx
