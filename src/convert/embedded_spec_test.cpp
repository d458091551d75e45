// SPDX-License-Identifier: Apache-2.0
#include "convert/embedded_spec.hpp"

#include <gtest/gtest.h>

#include "convert/test_models.hpp"

namespace arete::convert {
namespace {

model::Model with_metadata(model::SymbolicShape output) {
  model::Model model = unary_model("Relu", std::move(output));
  model.metadata["tflite.mean.x"] = "123.5,116,103";
  model.metadata["tflite.std.x"] = "58";
  model.metadata["tflite.labels.y.labels.txt"] = "background\ncat\ndog\n";
  return model;
}

TEST(EmbeddedSpec, AClassifierHasItsScalingAndLabels) {
  const auto spec = embedded_spec(with_metadata(model::symbolic({1, 3})), "net.tflite");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(spec->source, "metadata of net.tflite");
  const auto& image = std::get<spec::ImageInput>(spec->inputs.at(0).kind);
  EXPECT_EQ(image.mean, (std::array<double, 3>{123.5, 116, 103}));
  EXPECT_EQ(image.std_dev, (std::array<double, 3>{58, 58, 58}));
  EXPECT_EQ(image.color, spec::ColorOrder::kRgb);
  const auto& top_k = std::get<spec::TopK>(spec->outputs.at(0).decoder);
  EXPECT_EQ(top_k.labels.names, (std::vector<std::string>{"background", "cat", "dog"}));
  EXPECT_EQ(top_k.background, 0);
}

TEST(EmbeddedSpec, PlanesWithLabelsAreASegmentation) {
  const auto planes = embedded_spec(with_metadata(model::symbolic({1, 8, 8, 3})), "net.tflite");
  ASSERT_TRUE(planes.has_value());
  EXPECT_EQ(std::get<spec::Segmentation>(planes->outputs.at(0).decoder).mode,
            spec::Segmentation::Mode::kArgmax);
  model::Model one = with_metadata(model::symbolic({1, 8, 8, 1}));
  EXPECT_FALSE(embedded_spec(one, "net.tflite").has_value());  // three labels, one plane
  one.metadata["tflite.labels.y.labels.txt"] = "person\n";
  one.metadata["tflite.color.x"] = "gray";
  const auto spec = embedded_spec(one, "net.tflite");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(std::get<spec::ImageInput>(spec->inputs.at(0).kind).color, spec::ColorOrder::kGray);
  const auto& mask = std::get<spec::Segmentation>(spec->outputs.at(0).decoder);
  EXPECT_EQ(mask.mode, spec::Segmentation::Mode::kProbability);
  EXPECT_EQ(mask.labels.names, (std::vector<std::string>{"background", "person"}));
}

TEST(EmbeddedSpec, FourOutputsWithLabeledClassesAreADetector) {
  model::Model model = with_metadata(model::symbolic({1, 10, 4}));
  for (const char* name : {"classes", "scores", "count"}) {
    model.graph.outputs.push_back(
        add_value(model, name, tensor::DType::kF32, model::symbolic({1, 10})));
  }
  EXPECT_FALSE(embedded_spec(model, "net.tflite").has_value());
  model.metadata["tflite.labels.classes.map.txt"] = "cat\ndog\n";
  const auto spec = embedded_spec(model, "net.tflite");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(std::get<spec::Ssd>(spec->outputs.at(0).decoder).detector.labels.names.size(), 2U);
}

TEST(EmbeddedSpec, WhatDoesNotSayEnoughIsNoSpec) {
  const auto without = [](const char* key, const char* value) {
    model::Model model = with_metadata(model::symbolic({1, 3}));
    model.metadata.erase(key);
    if (value != nullptr) {
      model.metadata[key] = value;
    }
    return embedded_spec(model, "net.tflite").has_value();
  };
  EXPECT_TRUE(without("unrelated", nullptr));
  EXPECT_FALSE(without("tflite.mean.x", nullptr));
  EXPECT_FALSE(without("tflite.mean.x", "often"));
  EXPECT_FALSE(without("tflite.mean.x", ""));
  EXPECT_FALSE(without("tflite.std.x", "0"));
  EXPECT_FALSE(without("tflite.std.x", "nan"));
  EXPECT_FALSE(without("tflite.labels.y.labels.txt", nullptr));
  EXPECT_FALSE(embedded_spec(onnx_source(with_metadata(model::symbolic({1, 3}))))->has_value());
}

}  // namespace
}  // namespace arete::convert
