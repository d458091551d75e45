// SPDX-License-Identifier: Apache-2.0
#include "convert/inspection.hpp"

#include <gtest/gtest.h>

#include "convert/reference_backend.hpp"
#include "convert/test_models.hpp"
#include "document/json_writer.hpp"

namespace arete::convert {
namespace {

ModelSource batch_source() {
  return onnx_source(unary_model("Relu", {model::Dim("batch"), model::Dim(3)}));
}

TEST(Inspection, JsonFollowsTheContract) {
  runtime::Registry registry;
  registry.add(reference_backend());
  const auto inspection = inspect(batch_source(), registry, {});
  ASSERT_TRUE(inspection.has_value()) << inspection.error().message();
  const std::string json = document::to_json(to_node(*inspection));
  EXPECT_NE(json.find(R"("inputs": [{"name": "x", "dtype": "f32", "shape": [null, 3], )"
                      R"("dim_names": ["batch", null], "quantization": null}])"),
            std::string::npos)
      << json;
  EXPECT_NE(json.find(R"("assumed_shapes": {"x": [1, 3]})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("engines": {"reference": "ok"}, "engines_by_conversion": []})"),
            std::string::npos)
      << json;
}

TEST(Inspection, EnginesForOtherFilesShareALineOfText) {
  runtime::Registry registry;
  registry.add(std::make_shared<FakeBackend>("litert", std::vector<std::string>{"tflite"}));
  registry.add(std::make_shared<FakeBackend>("tvm", std::vector<std::string>{"tvm"}));
  const auto inspection = inspect(batch_source(), registry, {});
  ASSERT_TRUE(inspection.has_value());
  ASSERT_EQ(inspection->engines.size(), 2U);
  EXPECT_EQ(inspection->engines[0].status, "reads tflite, not onnx");
  EXPECT_NE(to_text(*inspection).find("engines    for other files: litert, tvm\n"),
            std::string::npos)
      << to_text(*inspection);
}

TEST(Inspection, EnginesThatAreNotThereShareALineOfText) {
  runtime::DiscoverOptions options;
  options.path = {"/nowhere"};
  options.expected = {"litert", "openvino"};
  const auto inspection = inspect(batch_source(), runtime::Registry::discover(options), {});
  ASSERT_TRUE(inspection.has_value());
  EXPECT_NE(to_text(*inspection).find("not installed: litert, openvino\n"), std::string::npos)
      << to_text(*inspection);
  EXPECT_TRUE(inspection->engines[0].status.starts_with("unavailable: not installed"));
}

TEST(Inspection, ShapesOfUnknownInputsAreRefused) {
  const auto inspection = inspect(batch_source(), {}, {{"z", tensor::Shape({1, 3})}});
  ASSERT_FALSE(inspection.has_value());
  EXPECT_NE(inspection.error().message().find("'z'"), std::string::npos);
}

}  // namespace
}  // namespace arete::convert
