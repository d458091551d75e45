// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transform/decode/test_requests.hpp"

namespace arete::transform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

spec::Segmentation mode(spec::Segmentation::Mode mode) {
  spec::Segmentation settings;
  settings.mode = mode;
  return settings;
}

constexpr spec::Size kSource{4, 2};
constexpr spec::Size kInput{2, 2};

TEST(SegmentationDecoder, IndexMapIsTakenFromTheNearestCell) {
  for (const tensor::Shape& shape :
       {tensor::Shape{1, 2, 2}, tensor::Shape{1, 2, 2, 1}, tensor::Shape{1, 1, 2, 2}}) {
    DecoderRig rig(mode(spec::Segmentation::Mode::kIndex), kSource, kInput);
    rig.with("output", tensor::Tensor::of<std::int64_t>(shape, {0, 15, 7, 0}));
    const auto found = rig.run();
    ASSERT_TRUE(found.has_value()) << found.error().message();
    EXPECT_EQ(found->mask->width, 4);
    EXPECT_THAT(found->mask->classes, ElementsAre(0, 0, 15, 15, 7, 7, 0, 0));
  }
}

TEST(SegmentationDecoder, ClassesBeyondTheMaskAreAnError) {
  DecoderRig rig(mode(spec::Segmentation::Mode::kIndex), kSource, kInput);
  rig.with("output", tensor::Tensor::of<std::int64_t>({1, 2, 2}, {0, 256, 0, -1}));
  const auto found = rig.run();
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message(), HasSubstr("class 256 at element 1"));
}

TEST(SegmentationDecoder, ArgmaxOverChannelsFirstOrLast) {
  auto settings = mode(spec::Segmentation::Mode::kArgmax);
  settings.labels.names = {"ground", "cat", "dog"};
  const std::vector<float> planes{9, 0, 0, 0, 1, 5, 1, 1, 2, 2, 2, 2};
  std::vector<float> pixels;
  for (std::size_t cell = 0; cell < 4; ++cell) {
    for (std::size_t c = 0; c < 3; ++c) {
      pixels.push_back(planes[c * 4 + cell]);
    }
  }
  for (const bool first : {true, false}) {
    DecoderRig rig(settings, {2, 2}, {2, 2});
    rig.with("output", first ? tensor::Shape{1, 3, 2, 2} : tensor::Shape{1, 2, 2, 3},
             first ? planes : pixels);
    const auto found = rig.run();
    ASSERT_TRUE(found.has_value()) << found.error().message();
    EXPECT_THAT(found->mask->classes, ElementsAre(0, 1, 2, 2));
    EXPECT_THAT(found->mask->labels, ElementsAre("ground", "cat", "dog"));
  }
}

TEST(SegmentationDecoder, ProbabilitiesAreInterpolated) {
  // Two cells over four pixels: 0, 0.25, 0.75, 1 by hand.
  auto settings = mode(spec::Segmentation::Mode::kProbability);
  settings.threshold = 0.2;
  DecoderRig rig(settings, {4, 1}, {2, 1});
  rig.with("output", {1, 1, 2, 1}, {0, 1});
  const auto found = rig.run();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_THAT(found->mask->classes, ElementsAre(0, 1, 1, 1));
}

TEST(SegmentationDecoder, CroppedPixelsAreClassZero) {
  spec::ImageInput image;
  image.fit = spec::Fit::kCenterCrop;
  const Placing placing = place(image, kSource, kInput);
  DecoderRig rig(mode(spec::Segmentation::Mode::kIndex), kSource, kInput);
  rig.placed(geometry_of(placing, kSource, kInput))
      .with("output", tensor::Tensor::of<std::int64_t>({1, 2, 2}, {3, 3, 3, 3}));
  const auto found = rig.run();
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->mask->classes, ElementsAre(0, 3, 3, 0, 0, 3, 3, 0));
}

}  // namespace
}  // namespace arete::transform
