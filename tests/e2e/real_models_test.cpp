// Real models through the program: a file's own metadata, one spec for three files, all engines.
// Skipped without the data.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "program_run.hpp"

namespace arete::e2e {
namespace {

class RealModels : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (data_root().empty()) {
      GTEST_SKIP() << "no sample data (ARETE_DATA)";
    }
  }
  static std::string data(const std::string& path) { return data_root() + "/" + path; }
  static std::string model(const std::string& path) { return data("models/" + path); }
};

std::string top_label(const ProgramOutcome& outcome) {
  const auto* classes = outcome.lines.empty() ? nullptr : outcome.lines[0].find("classes");
  return classes == nullptr || classes->size() == 0 ? outcome.output
                                                    : classes->items()[0].find("label")->string();
}

TEST_F(RealModels, AClassifierRunsByItsOwnMetadata) {
  const auto outcome = run_json({"run", model("classification/mobilenet_v1_0.25_224_uint8.tflite"),
                                 "--input", data("data/images-tfls/burger.jpg")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(top_label(outcome), "cheeseburger");
}

TEST_F(RealModels, ADetectorRunsByItsOwnMetadata) {
  const auto outcome = run_json({"run", model("detection/ssd_mobilenet_v1_coco_uint8.tflite"),
                                 "--input", data("data/images-tfls/cats_and_dogs.jpg")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto found = outcome.lines[0].find("detections")->items();
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(keys_of(found[0]), "label index score box keypoints track");
  for (const char* label : {"cat", "dog"}) {
    EXPECT_TRUE(std::ranges::any_of(found, [&](const auto& one) {
      return one.find("label")->string() == label;
    })) << label;
  }
}

TEST_F(RealModels, OneSpecServesFloatQuantizedAndConvertedFiles) {
  for (const auto& [from, to] :
       {std::pair(spec_of("mobilenet_v1_0.25_224_float"), "one.spec.yaml"),
        std::pair(model("classification/imagenet_labels_1001.txt"), "imagenet_labels_1001.txt")}) {
    const auto bytes = files_.read(from);
    ASSERT_TRUE(bytes.has_value()) << from;
    ASSERT_TRUE(files_.write_atomic(folder_ / to, *bytes));
  }
  const std::string float_model = model("classification/mobilenet_v1_0.25_224_float.tflite");
  ASSERT_EQ(run({"convert", float_model, "-o", "converted.onnx"}).exit_code, 0);
  for (const std::string& file :
       {float_model, model("classification/mobilenet_v1_0.25_224_uint8.tflite"),
        std::string("converted.onnx")}) {
    const auto outcome = run_json(
        {"run", file, "--input", data("data/images-tfls/burger.jpg"), "--spec", "one.spec.yaml"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_EQ(top_label(outcome), "cheeseburger") << file;
  }
}

TEST_F(RealModels, EveryEngineFindsTheSame) {
  const std::vector<std::string> arguments = {"run",     model("detection/yolox_nano.onnx"),
                                              "--input", data("data/images-coral/pets.jpg"),
                                              "--spec",  spec_of("yolox_nano"),
                                              "--engine"};
  const auto detections_on = [&](const std::string& engine) {
    std::vector<std::string> all = arguments;
    all.push_back(engine);
    return run_json(all);
  };
  const auto expected = detections_on("reference");
  ASSERT_EQ(expected.exit_code, 0) << expected.output;
  const auto* boxes = expected.lines[0].find("detections");
  ASSERT_GT(boxes->size(), 0U);
  for (const auto& engine : run_json({"backends"}).lines) {
    const std::string& name = engine.find("name")->string();
    const auto& formats = engine.find("formats")->items();
    const bool takes_onnx =
        std::ranges::any_of(formats, [](const auto& format) { return format.string() == "onnx"; });
    if (engine.find("status")->string() != "ok" || !takes_onnx) {
      continue;
    }
    const auto outcome = detections_on(name);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    const auto* found = outcome.lines[0].find("detections");
    ASSERT_EQ(found->size(), boxes->size()) << name;
    for (std::size_t i = 0; i < found->size(); ++i) {
      EXPECT_EQ(found->items()[i].find("label")->string(),
                boxes->items()[i].find("label")->string());
      EXPECT_NEAR(found->items()[i].find("score")->number(),
                  boxes->items()[i].find("score")->number(), 1e-3);
    }
  }
}

TEST_F(RealModels, AnUnknownCustomOperatorIsNamed) {
  const auto outcome =
      run_json({"convert", model("regression/unknown_custom_op.tflite"), "-o", "x.onnx"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(error_of(outcome).find("code")->string(), "unsupported") << outcome.output;
  EXPECT_FALSE(files_.has_file(folder_ / "x.onnx"));
}

}  // namespace
}  // namespace arete::e2e
