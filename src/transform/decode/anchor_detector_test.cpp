// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "transform/decode/test_requests.hpp"

namespace arete::transform {
namespace {

using testing::HasSubstr;

/// One layer of 2 x 2 anchors over an input of 100 x 100; the source is 200 x 100.
spec::AnchorDetector small_detector(spec::AnchorDetector::Subject subject) {
  spec::AnchorDetector settings;
  settings.subject = subject;
  settings.detector.min_score = 0.5;
  settings.detector.nms.method = spec::Nms::Method::kWeighted;
  settings.detector.nms.iou = 0.3;
  settings.anchors.strides = {50};
  settings.anchors.interpolated_scale_aspect_ratio = 0;
  settings.keypoints = 2;
  return settings;
}

TEST(AnchorDetector, OffsetsAreFromTheAnchorsCenter) {
  // Anchor 1 is centered at (75, 25).
  std::vector<float> boxes(4 * 8, 0.0F);
  float* row = boxes.data() + 8;
  row[0] = 5;   // center x 80
  row[1] = -5;  // center y 20
  row[2] = 10;
  row[3] = 20;
  row[4] = 1;  // keypoint 0 at (76, 26)
  row[5] = 1;
  DecoderRig rig(small_detector(spec::AnchorDetector::Subject::kFace));
  rig.with("boxes", {1, 4, 8}, boxes).with("scores", {1, 4, 1}, {-9, 2, -9, -9});
  const auto found = rig.run();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_EQ(found->detections.size(), 1U);
  const auto& face = found->detections[0];
  EXPECT_NEAR(face.score, 1 / (1 + std::exp(-2.0)), 1e-5);
  EXPECT_NEAR(face.box.x1, 150, 1e-3);
  EXPECT_NEAR(face.box.x2, 170, 1e-3);
  EXPECT_NEAR(face.box.y1, 10, 1e-3);
  EXPECT_NEAR(face.box.y2, 30, 1e-3);
  ASSERT_EQ(face.keypoints.size(), 2U);
  EXPECT_NEAR(face.keypoints[0].x, 152, 1e-3);
  EXPECT_NEAR(face.keypoints[0].y, 26, 1e-3);
}

TEST(AnchorDetector, APosesBoxIsTheSquareAroundTheBody) {
  std::vector<float> boxes(4 * 8, 0.0F);
  float* row = boxes.data();  // anchor 0 at (25, 25)
  row[2] = 10;
  row[3] = 10;
  row[4] = 25;  // hips at (50, 50): source (100, 50)
  row[5] = 25;
  row[6] = 25;  // reach at (50, 20): source (100, 20), 30 pixels away
  row[7] = -5;
  DecoderRig rig(small_detector(spec::AnchorDetector::Subject::kPose));
  rig.with("boxes", {1, 4, 8}, boxes).with("scores", {1, 4, 1}, {9, -9, -9, -9});
  const auto found = rig.run();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_EQ(found->detections.size(), 1U);
  const auto& box = found->detections[0].box;
  EXPECT_NEAR(box.x1, 70, 1e-3);
  EXPECT_NEAR(box.x2, 130, 1e-3);
  EXPECT_NEAR(box.y1, 20, 1e-3);
  EXPECT_NEAR(box.y2, 80, 1e-3);
}

TEST(AnchorDetector, HostileNumbersAndShapes) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  DecoderRig rig(small_detector(spec::AnchorDetector::Subject::kFace));
  rig.with("boxes", {1, 4, 8}, std::vector<float>(32, nan))
      .with("scores", {1, 4, 1}, {nan, 1e30F, -1e30F, 5});
  const auto found = rig.run();
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->detections.empty());
  DecoderRig wrong(small_detector(spec::AnchorDetector::Subject::kFace));
  wrong.with("boxes", {1, 4, 16}, std::vector<float>(64)).with("scores", {1, 4, 1}, {0, 0, 0, 0});
  const auto refused = wrong.run();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("[1, 4, 16]; expected [1, 4, 8]"));
}

}  // namespace
}  // namespace arete::transform
