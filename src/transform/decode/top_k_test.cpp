// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "transform/decode/test_requests.hpp"

namespace arete::transform {
namespace {

using testing::HasSubstr;

TEST(TopK, BestFirstWithLabels) {
  spec::TopK settings;
  settings.k = 2;
  settings.labels.names = {"a", "b"};
  const auto found = DecoderRig(settings).with("output", {1, 3}, {0.2F, 0.1F, 0.7F}).run();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_EQ(found->classes.size(), 2U);
  EXPECT_EQ(found->classes[0].index, 2);
  EXPECT_EQ(found->classes[0].label, "class 2");
  EXPECT_EQ(found->classes[1].label, "a");
}

TEST(TopK, SoftmaxByHand) {
  spec::TopK settings;
  settings.activation = spec::Activation::kSoftmax;
  const auto found =
      DecoderRig(settings).with("output", {1, 1, 1, 2}, {std::log(3.0F) + 500, 500}).run();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_NEAR(found->classes[0].score, 0.75, 1e-4);
  EXPECT_NEAR(found->classes[1].score, 0.25, 1e-4);
}

TEST(TopK, QuantizedScoresBecomeReal) {
  const auto found = DecoderRig(spec::TopK{})
                         .with("output", tensor::Tensor::of<std::uint8_t>({1, 2}, {138, 10}))
                         .quantized(1.0F / 256, 10)
                         .run();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_FLOAT_EQ(found->classes[0].score, 0.5F);
  EXPECT_FLOAT_EQ(found->classes[1].score, 0);
}

TEST(TopK, TiesKeepClassOrderAndBackgroundIsSilent) {
  spec::TopK settings;
  settings.background = 0;
  settings.min_score = 0.2;
  const auto found = DecoderRig(settings).with("output", {4}, {0.9F, 0.3F, 0.3F, 0.1F}).run();
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->classes.size(), 2U);
  EXPECT_EQ(found->classes[0].index, 1);
  EXPECT_EQ(found->classes[1].index, 2);
}

TEST(TopK, HostileNumbersAreLeftOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const auto plain = DecoderRig(spec::TopK{}).with("output", {3}, {nan, 0.5F, infinity}).run();
  ASSERT_TRUE(plain.has_value());
  ASSERT_EQ(plain->classes.size(), 1U);
  EXPECT_EQ(plain->classes[0].index, 1);
  spec::TopK soft;
  soft.activation = spec::Activation::kSoftmax;
  const auto activated = DecoderRig(soft).with("output", {3}, {nan, 0.5F, infinity}).run();
  ASSERT_TRUE(activated.has_value());
  for (const auto& one : activated->classes) {
    EXPECT_TRUE(one.score >= 0 && one.score <= 1);
  }
}

TEST(TopK, AMatrixIsRefusedByShape) {
  const auto found = DecoderRig(spec::TopK{}).with("output", {2, 2}, {1, 2, 3, 4}).run();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), ErrorCode::kInvalid);
  EXPECT_THAT(found.error().message(), HasSubstr("'out_output' has shape [2, 2]"));
}

}  // namespace
}  // namespace arete::transform
