// SPDX-License-Identifier: Apache-2.0
#include "model/tflite/tflite.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/layout/nhwc.hpp"
#include "model/layout/sink_transposes.hpp"
#include "model/tflite/flat_file.hpp"
#include "model/tflite/test_files.hpp"

namespace arete::model {
namespace {

using tflite::test_model;

std::size_t count_of(const Model& model, std::string_view op_type) {
  return static_cast<std::size_t>(std::ranges::count_if(
      model.graph.nodes, [&](const Node& node) { return node.op_type == op_type; }));
}

/// Every weight of at least `bytes` bytes, as text that can be sorted and compared.
std::vector<std::string> large_constants(const Model& model, std::size_t bytes) {
  std::vector<std::string> all;
  for (const ValueId id : model.graph.constants) {
    const ByteView view = model.value(id).constant->bytes();
    if (view.size() >= bytes) {
      all.emplace_back(as_text(view));
    }
  }
  std::ranges::sort(all);
  return all;
}

TEST(ReadTflite, EveryModelOfTheDataFolderIsRead) {
  const auto files = tflite::test_model_files();
  if (files.empty()) {
    GTEST_SKIP() << "no models in " << tflite::test_models_folder();
  }
  for (const auto& path : files) {
    const auto bytes =
        test_model(std::filesystem::relative(path, tflite::test_models_folder()).string());
    ASSERT_TRUE(bytes);
    const auto model = read_tflite(*bytes);
    EXPECT_TRUE(model) << path << ": " << (model ? "" : model.error().message());
  }
}

TEST(ReadTflite, MobileNetKeepsOneTransposeAtItsBorder) {
  for (const char* name : {"classification/mobilenet_v1_0.25_224_float.tflite",
                           "classification/mobilenet_v2_1.0_224_uint8.tflite",
                           "segmentation/deeplabv3_mnv2_dm05_pascal_uint8.tflite"}) {
    const auto bytes = test_model(name);
    if (!bytes) {
      GTEST_SKIP() << name << " is absent";
    }
    const auto model = read_tflite(*bytes);
    ASSERT_TRUE(model) << model.error().message();
    EXPECT_LE(layout::transpose_count(*model),
              model->graph.inputs.size() + model->graph.outputs.size())
        << name;
  }
}

TEST(ReadTflite, QuantizationLiesOnTheValues) {
  const auto bytes = test_model("keyword/kws_ref_model.tflite");
  if (!bytes) {
    GTEST_SKIP() << "kws_ref_model.tflite is absent";
  }
  const auto model = read_tflite(*bytes);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->arithmetic, Arithmetic::kTfliteSingleRounding);
  const Value& input = model->value(model->graph.inputs[0]);
  ASSERT_TRUE(input.quantization);
  EXPECT_EQ(input.quantization->stored, tensor::DType::kI8);
  EXPECT_EQ(input.dtype, tensor::DType::kF32);
  EXPECT_EQ(input.quantization->zero_point(0), 83);
  EXPECT_EQ(count_of(*model, "Conv"), 9U);
}

TEST(ReadTflite, VariablesBecomeStateInputsAndOutputs) {
  const auto bytes = test_model("wakeword/vad.tflite");
  if (!bytes) {
    GTEST_SKIP() << "vad.tflite is absent";
  }
  const auto model = read_tflite(*bytes);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->graph.inputs.size(), 5U);
  EXPECT_EQ(model->graph.outputs.size(), 5U);
  const Value& state = model->value(model->graph.inputs[1]);
  EXPECT_EQ(model->metadata.at("tflite.state." + state.name), state.name + "_next");
  EXPECT_TRUE(state.metadata.contains("state.initial"));
}

TEST(ReadTflite, UnknownCustomOperatorIsKeptAndRefusedByName) {
  const auto bytes = test_model("regression/unknown_custom_op.tflite");
  if (!bytes) {
    GTEST_SKIP() << "unknown_custom_op.tflite is absent";
  }
  const auto model = read_tflite(*bytes);
  ASSERT_TRUE(model) << model.error().message();
  const Status known = require_known_operators(*model);
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(known.error().message().find("fake-op-double"), std::string::npos);
}

TEST(ReadTflite, LabelsOfTheMetadataAreFound) {
  const auto bytes = test_model("classification/mobilenet_v1_0.25_224_uint8.tflite");
  if (!bytes) {
    GTEST_SKIP() << "the MobileNet is absent";
  }
  const auto model = read_tflite(*bytes);
  ASSERT_TRUE(model) << model.error().message();
  const auto labels = std::ranges::find_if(
      model->metadata, [](const auto& entry) { return entry.first.starts_with("tflite.labels."); });
  ASSERT_NE(labels, model->metadata.end());
  EXPECT_GE(std::ranges::count(labels->second, '\n'), 1000);
}

TEST(ReadTflite, DetectionBecomesOneSuppressionWithFourOutputs) {
  const auto bytes = test_model("detection/ssd_mobilenet_v1_coco_uint8.tflite");
  if (!bytes) {
    GTEST_SKIP() << "the SSD is absent";
  }
  const auto model = read_tflite(*bytes);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(count_of(*model, "NonMaxSuppression"), 1U);
  ASSERT_EQ(model->graph.outputs.size(), 4U);
  EXPECT_EQ(text_of(*model->value(model->graph.outputs[0]).shape), "[1, 10, 4]");
  EXPECT_EQ(text_of(*model->value(model->graph.outputs[3]).shape), "[1]");
}

TEST(ReadTflite, NhwcAgainHasNoTransposeAndTheFilesWeightBytes) {
  const auto bytes = test_model("classification/mobilenet_v1_0.25_224_uint8.tflite");
  if (!bytes) {
    GTEST_SKIP() << "the MobileNet is absent";
  }
  const auto model = read_tflite(*bytes);
  ASSERT_TRUE(model) << model.error().message();
  const auto nhwc = layout::to_nhwc(*model);
  ASSERT_TRUE(nhwc) << nhwc.error().message();
  EXPECT_EQ(layout::transpose_count(*nhwc), 0U);
  const std::string_view file = as_text(bytes->view());
  for (const std::string& weights : large_constants(*nhwc, 4096)) {
    EXPECT_NE(file.find(weights), std::string_view::npos);
  }
  const auto back = layout::from_nhwc(*nhwc);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(large_constants(*back, 64), large_constants(*model, 64));
  EXPECT_EQ(layout::transpose_count(*back), layout::transpose_count(*model));
}

TEST(ReadTflite, DamagedFilesGiveAnErrorOrAModelButNoCrash) {
  const auto bytes = test_model("micro/hello_world_int8.tflite");
  if (!bytes) {
    GTEST_SKIP() << "hello_world_int8.tflite is absent";
  }
  for (std::size_t size = 0; size < bytes->size(); size += 7) {
    (void)read_tflite(bytes->slice(0, size));
  }
  for (std::size_t at = 0; at < bytes->size(); ++at) {
    for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
      Bytes changed(bytes->view().begin(), bytes->view().end());
      changed[at] ^= static_cast<std::byte>(flip);
      (void)read_tflite(SharedBytes(std::move(changed)));
    }
  }
}

TEST(ReadTflite, SaysThatOtherBytesAreNoTfliteFile) {
  const auto model = read_tflite(SharedBytes(to_bytes("hello, I am a text file")));
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code(), ErrorCode::kCorrupt);
  EXPECT_FALSE(read_tflite(SharedBytes()));
}

/// A file of one tensor and no operator: what the verifier lets through may still lie.
SharedBytes one_tensor_file(std::vector<int> shape, std::vector<std::uint8_t> data) {
  namespace fb = ::arete::model::tflite_schema;
  flatbuffers::FlatBufferBuilder builder;
  const std::vector<flatbuffers::Offset<fb::Tensor>> tensors = {
      fb::CreateTensorDirect(builder, &shape, fb::TensorType::FLOAT32, 1, "t")};
  const std::vector<int> none;
  const std::vector<int> output = {0};
  const std::vector<flatbuffers::Offset<fb::SubGraph>> graphs = {
      fb::CreateSubGraphDirect(builder, &tensors, &none, &output)};
  const std::vector<flatbuffers::Offset<fb::Buffer>> buffers = {
      fb::CreateBuffer(builder), fb::CreateBufferDirect(builder, &data)};
  const auto graph_list = builder.CreateVector(graphs);
  const auto buffer_list = builder.CreateVector(buffers);
  fb::ModelBuilder model(builder);
  model.add_version(3);
  model.add_subgraphs(graph_list);
  model.add_buffers(buffer_list);
  fb::FinishModelBuffer(builder, model.Finish());
  const auto* begin = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
  return SharedBytes(Bytes(begin, begin + builder.GetSize()));
}

TEST(ReadTflite, ConstantsMustHaveAsManyBytesAsTheirShapeNeeds) {
  EXPECT_TRUE(read_tflite(one_tensor_file({2}, std::vector<std::uint8_t>(8))));
  EXPECT_FALSE(read_tflite(one_tensor_file({3}, std::vector<std::uint8_t>(8))));
  EXPECT_FALSE(read_tflite(one_tensor_file({-1}, std::vector<std::uint8_t>(8))));
  const auto huge = read_tflite(one_tensor_file({1 << 30, 1 << 30, 1 << 30}, {1, 2, 3, 4}));
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace arete::model
