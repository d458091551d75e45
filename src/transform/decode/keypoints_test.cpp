// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "transform/decode/test_requests.hpp"

namespace arete::transform {
namespace {

TEST(KeypointsDecoder, PointsComeBackInSourcePixels) {
  spec::Keypoints settings;
  settings.min_score = 0.3;
  DecoderRig rig(settings);
  // y, x, score; the last is not seen.
  rig.with("output", {1, 1, 3, 3}, {0.2F, 0.1F, 0.9F, 0.6F, 0.5F, 0.5F, 0.9F, 0.9F, 0.1F});
  const auto found = rig.run();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_EQ(found->detections.size(), 1U);
  const auto& person = found->detections[0];
  EXPECT_EQ(person.label, "person");
  EXPECT_FLOAT_EQ(person.score, 0.7F);
  ASSERT_EQ(person.keypoints.size(), 3U);
  EXPECT_NEAR(person.keypoints[0].x, 20, 1e-4);
  EXPECT_NEAR(person.keypoints[0].y, 20, 1e-4);
  EXPECT_FLOAT_EQ(person.keypoints[2].score, 0.1F);
  EXPECT_NEAR(person.box.x1, 20, 1e-4);
  EXPECT_NEAR(person.box.x2, 100, 1e-4);
  EXPECT_NEAR(person.box.y2, 60, 1e-4);
}

TEST(KeypointsDecoder, NobodyIsNoDetection) {
  DecoderRig rig(spec::Keypoints{});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  rig.with("output", {1, 2, 3}, {0.5F, 0.5F, 0.01F, nan, 0.5F, 0.9F});
  const auto found = rig.run();
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->detections.empty());
}

TEST(KeypointsDecoder, TheNumberOfNamesIsTheNumberOfPoints) {
  spec::Keypoints settings;
  settings.names = {"nose"};
  DecoderRig rig(settings);
  rig.with("output", {1, 2, 3}, std::vector<float>(6));
  EXPECT_FALSE(rig.run().has_value());
}

}  // namespace
}  // namespace arete::transform
