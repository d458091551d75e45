// Detectors on sample pictures against the boxes that the data's manifest states, which were made
// with each model's own published pre- and post-processing.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sample_rig.hpp"

namespace arete::golden {
namespace {

constexpr float kLowestIou = 0.9F;
constexpr float kLargestScoreDifference = 0.05F;
constexpr float kReported = 0.5F;  ///< the manifest lists boxes above this score

struct DetectorCase {
  std::string entry;
  std::string model;
};

std::string name_of_case(const testing::TestParamInfo<DetectorCase>& info) {
  return info.param.entry;
}

class SampleDetections : public testing::TestWithParam<DetectorCase> {};

/// ["dog", 0.82, [121, 48, 251, 291]]
tensor::Detection stated_detection(const document::Node& node) {
  const auto parts = node.items();
  const auto edges = parts[2].items();
  const auto edge = [&](std::size_t i) { return static_cast<float>(edges[i].number()); };
  tensor::Detection detection;
  detection.label = parts[0].string();
  detection.score = static_cast<float>(parts[1].number());
  detection.box = {edge(0), edge(1), edge(2), edge(3)};
  return detection;
}

std::string text_of(const std::vector<tensor::Detection>& detections) {
  std::string text;
  for (const auto& one : detections) {
    text += fmt::format("{} {:.3f} [{:.1f}, {:.1f}, {:.1f}, {:.1f}]\n", one.label, one.score,
                        one.box.x1, one.box.y1, one.box.x2, one.box.y2);
  }
  return text;
}

bool same(const tensor::Detection& a, const tensor::Detection& b) {
  return a.label == b.label && std::abs(a.score - b.score) <= kLargestScoreDifference &&
         tensor::intersection_over_union(a.box, b.box) >= kLowestIou;
}

/// Each stated box is found; each clearly reported box is stated.
void compare(const std::vector<tensor::Detection>& found,
             const std::vector<tensor::Detection>& stated) {
  for (const auto& want : stated) {
    EXPECT_TRUE(std::ranges::any_of(found, [&](const auto& have) { return same(have, want); }))
        << text_of({want}) << "is not among\n"
        << text_of(found);
  }
  for (const auto& have : found) {
    if (have.score > kReported + kLargestScoreDifference) {
      EXPECT_TRUE(std::ranges::any_of(stated, [&](const auto& want) { return same(have, want); }))
          << text_of({have}) << "is not stated";
    }
  }
}

TEST_P(SampleDetections, AgreeWithTheManifest) {
  if (data_root().empty()) {
    GTEST_SKIP() << "no sample data (ARETE_DATA)";
  }
  auto rig = SampleRig::load(GetParam().model);
  if (!rig && rig.error().code() == ErrorCode::kUnavailable) {
    GTEST_SKIP() << rig.error().message();
  }
  ASSERT_TRUE(rig.has_value()) << rig.error().message();
  const auto entry = manifest_entry(GetParam().entry);
  ASSERT_TRUE(entry.has_value()) << entry.error().message();
  const auto* boxes = entry->find("expected")->find("boxes_score_above_0.5");
  ASSERT_NE(boxes, nullptr);
  ASSERT_GT(boxes->size(), 0U);
  for (const auto& picture : boxes->items()) {
    SCOPED_TRACE(picture.key());
    const auto found = rig->run(picture.key());
    ASSERT_TRUE(found.has_value()) << found.error().message();
    std::vector<tensor::Detection> stated;
    for (const auto& node : picture.items()) {
      stated.push_back(stated_detection(node));
    }
    compare(found->detections, stated);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, SampleDetections,
    testing::Values(DetectorCase{"yolox_nano_onnx", "models/detection/yolox_nano.onnx"},
                    DetectorCase{"fastestdet_onnx", "models/detection/fastestdet.onnx"},
                    DetectorCase{"ssd_mobilenet_v1_coco_uint8",
                                 "models/detection/ssd_mobilenet_v1_coco_uint8.tflite"}),
    name_of_case);

TEST(SampleFaces, UltraFaceFindsFour) {
  if (data_root().empty()) {
    GTEST_SKIP() << "no sample data (ARETE_DATA)";
  }
  auto rig = SampleRig::load("models/face/ultraface_rfb_320.onnx");
  if (!rig && rig.error().code() == ErrorCode::kUnavailable) {
    GTEST_SKIP() << rig.error().message();
  }
  ASSERT_TRUE(rig.has_value()) << rig.error().message();
  const auto found = rig->run("data/images-coral/face.jpg");
  ASSERT_TRUE(found.has_value()) << found.error().message();
  const auto sure =
      std::ranges::count_if(found->detections, [](const auto& face) { return face.score > 0.7F; });
  EXPECT_EQ(sure, 4) << text_of(found->detections);
}

TEST(SampleDetector, SsdFindsThreeCats) {
  if (data_root().empty()) {
    GTEST_SKIP() << "no sample data (ARETE_DATA)";
  }
  auto rig = SampleRig::load("models/detection/ssd_mobilenet_v1_coco_uint8.tflite");
  if (!rig && rig.error().code() == ErrorCode::kUnavailable) {
    GTEST_SKIP() << rig.error().message();
  }
  ASSERT_TRUE(rig.has_value()) << rig.error().message();
  const auto found = rig->run("data/images-tfls/cats_and_dogs.jpg");
  ASSERT_TRUE(found.has_value()) << found.error().message();
  const auto cats = std::ranges::count_if(found->detections, [](const auto& one) {
    return one.label == "cat" && one.score > kReported;
  });
  EXPECT_EQ(cats, 3) << text_of(found->detections);
}

}  // namespace
}  // namespace arete::golden
