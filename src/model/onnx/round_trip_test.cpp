// What is read and written again is the same, known to us or not.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "model/onnx/proto_builder.hpp"

namespace arete::model::onnx {
namespace {

/// The file after reading and writing, as a proto.
::onnx::ModelProto rewritten(const ::onnx::ModelProto& proto) {
  const auto model = read_proto(proto, {.folder = {}, .fold_quantization = false});
  EXPECT_TRUE(model.has_value()) << (model ? "" : model.error().message());
  if (!model) {
    return {};
  }
  const auto bytes = write_onnx(*model);
  EXPECT_TRUE(bytes.has_value()) << (bytes ? "" : bytes.error().message());
  return bytes ? parse_proto(*bytes) : ::onnx::ModelProto();
}

void expect_unchanged(const ::onnx::ModelProto& proto) {
  EXPECT_EQ(rewritten(proto).SerializeAsString(), proto.SerializeAsString());
}

void add_metadata(::onnx::StringStringEntryProto& entry) {
  entry.set_key("key");
  entry.set_value("text");
}

TEST(OnnxRoundTrip, KeepsAPlainModelByteForByte) { expect_unchanged(relu_model()); }

TEST(OnnxRoundTrip, KeepsTheHeader) {
  auto proto = relu_model();
  proto.set_producer_name("p");
  proto.set_producer_version("v");
  proto.set_domain("d");
  proto.set_model_version(7);
  proto.set_doc_string("doc");
  add_metadata(*proto.add_metadata_props());
  add_metadata(*proto.mutable_graph()->add_metadata_props());
  expect_unchanged(proto);
}

TEST(OnnxRoundTrip, KeepsWhatTheIrDoesNotModel) {
  auto proto = relu_model();
  proto.add_configuration()->set_name("two devices");
  proto.add_training_info()->mutable_algorithm()->set_name("sgd");
  auto& graph = *proto.mutable_graph();
  graph.add_quantization_annotation()->set_tensor_name("x");
  graph.mutable_node(0)->add_device_configurations()->set_configuration_id("c");
  graph.mutable_node(0)->mutable_unknown_fields()->append("\xf2\x3f\x01!", 4);  // field 1022
  graph.mutable_input(0)->mutable_type()->set_denotation("IMAGE");
  graph.mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(0)
      ->set_denotation("DATA_BATCH");
  expect_unchanged(proto);
}

TEST(OnnxRoundTrip, KeepsUnknownOperatorsAndDomains) {
  auto proto = relu_model();
  proto.mutable_graph()->mutable_node(0)->set_op_type("Frobnicate");
  proto.mutable_graph()->mutable_node(0)->set_domain("org.example");
  proto.mutable_graph()->mutable_node(0)->set_overload("fast");
  auto& import = *proto.add_opset_import();
  import.set_domain("org.example");
  import.set_version(3);
  expect_unchanged(proto);
}

TEST(OnnxRoundTrip, KeepsEveryKindOfAttribute) {
  using Type = ::onnx::AttributeProto;
  auto proto = relu_model();
  auto& node = *proto.mutable_graph()->mutable_node(0);
  const auto add = [&](const char* name, Type::AttributeType type) -> Type& {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  };
  add("a", Type::FLOAT).set_f(0.5F);
  add("b", Type::INT).set_i(-3);
  add("c", Type::STRING).set_s(std::string("\0\xff", 2));
  auto& tensor = *add("d", Type::TENSOR).mutable_t();
  tensor.add_dims(2);
  tensor.set_data_type(8);
  tensor.add_string_data("one");
  tensor.add_string_data("two");
  tensor.set_name("named");
  add("e", Type::FLOATS).add_floats(1);
  add("f", Type::INTS).add_ints(2);
  add("g", Type::STRINGS).add_strings("s");
  add("h", Type::TYPE_PROTO).mutable_tp()->mutable_sequence_type();
  add("i", Type::SPARSE_TENSOR).mutable_sparse_tensor()->add_dims(9);
  add("j", Type::INTS);  // an empty list stays a list
  add("k", Type::INT).set_doc_string("of an attribute");
  node.mutable_attribute(10)->set_i(1);
  expect_unchanged(proto);
}

TEST(OnnxRoundTrip, KeepsSymbolsAndTypesThatAreNoTensors) {
  auto proto = relu_model();
  auto& graph = *proto.mutable_graph();
  auto& shape = *graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  shape.mutable_dim(0)->set_dim_param("batch");
  shape.mutable_dim(1)->clear_value();
  auto& sequence = *graph.add_input();
  sequence.set_name("s");
  sequence.mutable_type()
      ->mutable_sequence_type()
      ->mutable_elem_type()
      ->mutable_tensor_type()
      ->set_elem_type(1);
  auto& opaque = *graph.add_input();
  opaque.set_name("o");
  opaque.mutable_type()->mutable_opaque_type()->set_name("thing");
  expect_unchanged(proto);
  const auto model = read_proto(proto);
  ASSERT_TRUE(model.has_value());
  const Value& x = model->value(model->graph.inputs[0]);
  EXPECT_EQ(text_of(*x.shape), "[batch, ?]");
  EXPECT_EQ(model->value(model->graph.inputs[1]).kind, ValueKind::kSequence);
}

TEST(OnnxRoundTrip, KeepsSparseAndSixBitConstants) {
  auto proto = relu_model();
  auto& graph = *proto.mutable_graph();
  auto& sparse = *graph.add_sparse_initializer();
  sparse.mutable_values()->set_name("sparse");
  sparse.add_dims(5);
  auto& six = *graph.add_initializer();
  six.set_name("six");
  six.set_data_type(27);
  six.add_dims(1);
  six.add_int32_data(63);
  expect_unchanged(proto);
}

TEST(OnnxRoundTrip, KeepsCapturesOfSubgraphs) {
  auto proto = relu_model();
  auto& graph = *proto.mutable_graph();
  set_type(*graph.add_input(), "condition", 9, {});
  auto& choice = add_node(graph, "If", {"condition"}, {"z"});
  for (const char* name : {"else_branch", "then_branch"}) {
    auto& attribute = *choice.add_attribute();
    attribute.set_name(name);
    attribute.set_type(::onnx::AttributeProto::GRAPH);
    attribute.mutable_g()->set_name(name);
    add_node(*attribute.mutable_g(), "Neg", {"y"}, {"same_name"});  // captures y
    attribute.mutable_g()->add_output()->set_name("same_name");
  }
  expect_unchanged(proto);
  const auto model = read_proto(proto);
  ASSERT_TRUE(model.has_value());
  const auto inner = subgraphs_of(model->graph.nodes[1]);
  ASSERT_EQ(inner.size(), 2U);
  EXPECT_EQ(inner[0]->nodes[0].inputs[0], model->graph.nodes[0].outputs[0]);
  EXPECT_NE(inner[0]->outputs[0], inner[1]->outputs[0]);
}

TEST(OnnxRoundTrip, KeepsFunctionsWithAttributes) {
  auto proto = relu_model();
  auto& function = *proto.add_functions();
  function.set_name("Scale");
  function.set_domain("local");
  function.add_input("x");
  function.add_output("y");
  function.add_attribute("must");
  auto& standard = *function.add_attribute_proto();
  standard.set_name("may");
  standard.set_type(::onnx::AttributeProto::FLOAT);
  standard.set_f(2);
  auto& node = *function.add_node();
  node.set_op_type("LeakyRelu");
  node.add_input("x");
  node.add_output("y");
  auto& reference = *node.add_attribute();
  reference.set_name("alpha");
  reference.set_ref_attr_name("may");
  reference.set_type(::onnx::AttributeProto::FLOAT);
  auto& import = *function.add_opset_import();
  import.set_domain("");
  import.set_version(17);
  expect_unchanged(proto);
}

TEST(OnnxRoundTrip, ReadsTypedFieldsAsBytes) {
  auto proto = relu_model();
  auto& graph = *proto.mutable_graph();
  add_integers(graph, "i4", ::onnx::TensorProto::INT4, {3}, {0x21, 0x0F});
  add_integers(graph, "f16", ::onnx::TensorProto::FLOAT16, {1}, {0x3C00});
  add_integers(graph, "bool", ::onnx::TensorProto::BOOL, {2}, {1, 0});
  add_floats(graph, "f32", {}, {2.5F});
  const auto model = read_proto(proto);
  ASSERT_TRUE(model.has_value()) << model.error().message();
  const auto constant = [&](std::size_t i) -> const tensor::Tensor& {
    return *model->value(model->graph.constants[i]).constant;
  };
  EXPECT_EQ(constant(0).integer_at(0), 1);
  EXPECT_EQ(constant(0).integer_at(1), 2);
  EXPECT_EQ(constant(0).integer_at(2), -1);
  EXPECT_EQ(constant(1).number_at(0), 1.0);
  EXPECT_EQ(constant(2).integer_at(0), 1);
  EXPECT_EQ(constant(3).number_at(0), 2.5);
  const auto bytes = write_onnx(*model);
  ASSERT_TRUE(bytes.has_value());
  const auto again = read_onnx(SharedBytes(*bytes));
  ASSERT_TRUE(again.has_value());
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(again->value(again->graph.constants[i]).constant->same_as(constant(i)));
  }
}

TEST(OnnxRoundTrip, SortsNodesThatComeTooEarly) {
  auto proto = relu_model();
  auto& graph = *proto.mutable_graph();
  graph.clear_node();
  add_node(graph, "Neg", {"t"}, {"y"});
  add_node(graph, "Relu", {"x"}, {"t"});
  const auto model = read_proto(proto);
  ASSERT_TRUE(model.has_value());
  EXPECT_EQ(model->graph.nodes[0].op_type, "Relu");
}

}  // namespace
}  // namespace arete::model::onnx
