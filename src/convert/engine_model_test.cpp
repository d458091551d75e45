// SPDX-License-Identifier: Apache-2.0
#include "convert/engine_model.hpp"

#include <gtest/gtest.h>

#include "convert/reference_backend.hpp"
#include "convert/test_models.hpp"

namespace arete::convert {
namespace {

using Formats = std::vector<std::string>;

ModelSource relu_source() { return onnx_source(unary_model("Relu", model::symbolic({2, 3}))); }

TEST(ModelFor, AnEngineGetsTheOriginalBytesOfAFormatItTakes) {
  const ModelSource source = relu_source();
  const FakeBackend backend("onnxruntime", Formats{"onnx"});
  const auto model = model_for(backend, source);
  ASSERT_TRUE(model.has_value()) << model.error().message();
  EXPECT_FALSE(model->converted);
  EXPECT_EQ(model->file.bytes.view().data(), source.bytes().view().data());
  EXPECT_EQ(model->file.path, "net.onnx");
}

TEST(ModelFor, AnEngineThatTakesNeitherFormSaysWhy) {
  const FakeBackend backend("litert", Formats{"tflite"});
  const auto model = model_for(backend, relu_source());
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().message(), "litert does not read onnx");
}

TEST(LoadModel, AutoTakesTheFirstEngineInOrderThatLoads) {
  runtime::Registry registry;
  const auto onnxruntime = std::make_shared<FakeBackend>(
      "onnxruntime", Formats{"onnx"}, Error(ErrorCode::kUnsupported, "no such operator"));
  const auto openvino = std::make_shared<FakeBackend>("openvino", Formats{"onnx"});
  registry.add(reference_backend());
  registry.add(onnxruntime);
  registry.add(openvino);
  const auto loaded = load_model(registry, relu_source(), "auto");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
  EXPECT_EQ(loaded->engine, "openvino");
  EXPECT_EQ(loaded->precision, "f32");
  EXPECT_EQ(openvino->loaded.format, "onnx");
}

TEST(LoadModel, AutoGivesATfliteFileToItsOwnEngineAsItIs) {
  runtime::Registry registry;
  const auto litert = std::make_shared<FakeBackend>("litert", Formats{"tflite"});
  registry.add(std::make_shared<FakeBackend>("onnxruntime", Formats{"onnx"}));
  registry.add(litert);
  const ModelSource source("net.tflite", model::FileFormat::kTflite,
                           SharedBytes(to_bytes(std::string_view("\x1c\0\0\0TFL3", 8))));
  const auto loaded = load_model(registry, source, "auto");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
  EXPECT_EQ(loaded->engine, "litert");
  EXPECT_FALSE(loaded->converted);
  EXPECT_EQ(litert->loaded.bytes.view().data(), source.bytes().view().data());
}

TEST(LoadModel, AnEngineForOtherFilesRefusesByName) {
  runtime::Registry registry;
  registry.add(std::make_shared<FakeBackend>("litert", Formats{"tflite"}));
  const auto loaded = load_model(registry, relu_source(), "litert");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(loaded.error().message(), "litert does not read onnx");
}

TEST(LoadModel, EveryEngineThatCannotSaysWhy) {
  runtime::Registry registry;
  registry.add(std::make_shared<FakeBackend>("openvino", Formats{"onnx"},
                                             Error(ErrorCode::kUnsupported, "too new")));
  registry.add(std::make_shared<FakeBackend>("litert", Formats{"tflite"}));
  const auto loaded = load_model(registry, relu_source(), "auto");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(loaded.error().message().find("openvino: openvino: too new"), std::string::npos)
      << loaded.error().message();
  EXPECT_NE(loaded.error().message().find("litert does not read onnx"), std::string::npos);
}

TEST(LoadModel, ADamagedFileIsItsOwnReason) {
  runtime::Registry registry;
  registry.add(reference_backend());
  const ModelSource source("cut.onnx", model::FileFormat::kOnnx,
                           SharedBytes(to_bytes("\x08\x07\x3a\x7f\x0a")));
  const auto loaded = load_model(registry, source, "auto");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code(), ErrorCode::kCorrupt) << loaded.error().message();
}

TEST(LoadModel, ANamedEngineIsTheOnlyOneTried) {
  runtime::Registry registry;
  registry.add(reference_backend());
  registry.add(std::make_shared<FakeBackend>("openvino", Formats{"onnx"},
                                             Error(ErrorCode::kUnsupported, "too new")));
  EXPECT_FALSE(load_model(registry, relu_source(), "openvino").has_value());
  EXPECT_TRUE(load_model(registry, relu_source(), "reference").has_value());
}

TEST(TensorInfo, ATensorHasItsStoredTypeAndQuantization) {
  model::Model model = unary_model("Relu", model::symbolic({2, 3}));
  for (const model::ValueId id : {model.graph.inputs[0], model.graph.outputs[0]}) {
    tensor::Quantization quantization;
    quantization.stored = tensor::DType::kU8;
    quantization.scales = {0.5F};
    quantization.zero_points = {7};
    model.value(id).quantization = quantization;
  }
  const std::vector<runtime::TensorInfo> stated = input_infos(model);
  ASSERT_EQ(stated.size(), 1U);
  EXPECT_EQ(stated[0].dtype, tensor::DType::kU8);
  EXPECT_EQ(stated[0].quantization->zero_point(0), 7);
}

}  // namespace
}  // namespace arete::convert
