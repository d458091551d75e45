// Pre-processing of seeded random pictures: every instruction set gives the bits that the plain
// loops define, and those stay within a step of the same filter in float.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "counted_allocations.hpp"
#include "random_picture.hpp"
#include "transform/preprocess.hpp"
#include "transform/preprocessor.hpp"
#include "transform/resample.hpp"

namespace arete {
namespace {

using property::Dice;
using property::RandomPicture;

int cases() { return std::getenv("ARETE_TEST_FULL") != nullptr ? 10000 : 600; }

/// Exactly as much memory as the input needs, so that a sanitizer sees a write beside it; filled
/// with what no kernel writes by chance.
std::vector<std::byte> canvas(std::size_t bytes) {
  return std::vector<std::byte>(bytes, std::byte{0xA5});
}

std::vector<tensor::Box> random_regions(Dice& dice, const tensor::PictureView& frame) {
  std::vector<tensor::Box> regions(static_cast<std::size_t>(dice.whole(1, 3)));
  for (tensor::Box& region : regions) {
    region.x1 = static_cast<float>(dice.real(-0.5, 1.2) * frame.width);
    region.y1 = static_cast<float>(dice.real(-0.5, 1.2) * frame.height);
    region.x2 = region.x1 + static_cast<float>(dice.real(0.02, 1.5) * frame.width);
    region.y2 = region.y1 + static_cast<float>(dice.real(0.02, 1.5) * frame.height);
  }
  return regions;
}

std::vector<std::byte> prepared(const tensor::PictureView& picture,
                                const spec::ResolvedInput& input,
                                const std::vector<tensor::Box>& regions,
                                const transform::RowKernels& kernels) {
  auto preprocessor = transform::Preprocessor::create(input, kernels);
  EXPECT_TRUE(preprocessor.has_value()) << preprocessor.error().message();
  auto out = canvas(preprocessor->picture_bytes() * std::max<std::size_t>(1, regions.size()));
  if (regions.empty()) {
    const auto geometry = preprocessor->run(picture, out);
    EXPECT_TRUE(geometry.has_value()) << geometry.error().message();
  } else {
    std::vector<transform::Geometry> geometries(regions.size());
    const auto done = preprocessor->run(picture, regions, out, geometries);
    EXPECT_TRUE(done.has_value()) << done.error().message();
  }
  return out;
}

TEST(PreprocessProperties, EveryInstructionSetGivesTheBitsOfThePlainLoops) {
  const auto all = transform::all_row_kernels();
  for (const auto& kernels : all) {
    std::printf("kernels: %s\n", std::string(kernels.name).c_str());
  }
  Dice dice(20261122);
  for (int i = 0; i < cases(); ++i) {
    const RandomPicture picture(dice);
    const spec::ResolvedInput input = property::random_input(dice);
    std::vector<tensor::Box> regions;
    if (dice.chance(0.3)) {
      regions = random_regions(dice, picture.view());
    }
    const auto expected = prepared(picture.view(), input, regions, all.front());
    for (std::size_t k = 1; k < all.size(); ++k) {
      const auto got = prepared(picture.view(), input, regions, all[k]);
      const auto differs = std::mismatch(expected.begin(), expected.end(), got.begin()).first;
      ASSERT_EQ(differs, expected.end())
          << "case " << i << ", " << all[k].name << ", byte " << differs - expected.begin()
          << " of " << expected.size() << ": " << property::text_of(picture.view(), input);
    }
  }
}

TEST(PreprocessProperties, PixelsStayWithinAStepOfTheFilterInFloat) {
  Dice dice(7);
  int differing = 0;
  std::int64_t pixels = 0;
  for (int i = 0; i < cases() / 4; ++i) {
    const RandomPicture picture(dice, tensor::PixelFormat::kBgr);
    const spec::Size size{dice.whole(1, 120), dice.whole(1, 120)};
    const auto method = static_cast<spec::Resample>(dice.whole(0, 3));
    const auto input = property::byte_input(size, method, spec::ColorOrder::kBgr);
    tensor::Tensor out;
    ASSERT_TRUE(transform::preprocess(picture.view(), input, out).has_value());
    const tensor::Picture ideal = transform::resize(picture.view(), size, method);
    const auto bytes = out.data<std::uint8_t>();
    for (std::size_t k = 0; k < bytes.size(); ++k) {
      const int difference = std::abs(bytes[k] - ideal.pixels[k]);
      differing += difference > 0 ? 1 : 0;
      ASSERT_LE(difference, 1) << "case " << i << ", byte " << k << ": "
                               << property::text_of(picture.view(), input);
    }
    pixels += static_cast<std::int64_t>(bytes.size());
  }
  // Two roundings instead of one: seldom more than a third of noise differs at all.
  EXPECT_LT(differing, pixels / 3);
}

TEST(PreprocessProperties, ARegionOfTheWholeFrameIsTheFrame) {
  Dice dice(99);
  for (int i = 0; i < cases() / 10; ++i) {
    const RandomPicture picture(dice);
    const spec::ResolvedInput input = property::random_input(dice);
    const auto& image = std::get<spec::ImageInput>(input.meaning.kind);
    if (image.fit == spec::Fit::kCenterCrop) {
      continue;  // whole pixels are cut out of a picture, any part out of a region
    }
    const tensor::PictureView view = picture.view();
    const tensor::Box all{0, 0, static_cast<float>(view.width), static_cast<float>(view.height)};
    const auto& kernels = transform::best_row_kernels();
    EXPECT_EQ(prepared(view, input, {all}, kernels), prepared(view, input, {}, kernels))
        << property::text_of(view, input);
  }
}

TEST(PreprocessProperties, NothingIsAllocatedAfterTheFirstFrameOfAKind) {
  Dice dice(5);
  for (int i = 0; i < 30; ++i) {
    const RandomPicture picture(dice);
    auto preprocessor = transform::Preprocessor::create(property::random_input(dice));
    ASSERT_TRUE(preprocessor.has_value());
    auto out = canvas(preprocessor->picture_bytes());
    ASSERT_TRUE(preprocessor->run(picture.view(), out).has_value());
    const auto before = property::allocations();
    ASSERT_TRUE(preprocessor->run(picture.view(), out).has_value());
    EXPECT_EQ(property::allocations(), before);
  }
}

TEST(PreprocessProperties, RegionsAllocateNothingOnceTheirMemoryIsLargeEnough) {
  Dice dice(6);
  const RandomPicture picture(dice, tensor::PixelFormat::kNv12);
  const auto input =
      property::byte_input({64, 48}, spec::Resample::kBilinear, spec::ColorOrder::kRgb);
  auto preprocessor = transform::Preprocessor::create(input);
  ASSERT_TRUE(preprocessor.has_value());
  const auto width = static_cast<float>(picture.view().width);
  const auto height = static_cast<float>(picture.view().height);
  const std::vector<tensor::Box> regions{{0, 0, width, height}, {0, 0, width / 2, height / 3}};
  auto out = canvas(2 * preprocessor->picture_bytes());
  std::vector<transform::Geometry> geometries(2);
  ASSERT_TRUE(preprocessor->run(picture.view(), regions, out, geometries).has_value());
  const auto before = property::allocations();
  EXPECT_NE(before, std::uint64_t{0});
  ASSERT_TRUE(preprocessor->run(picture.view(), regions, out, geometries).has_value());
  EXPECT_EQ(property::allocations(), before);
}

}  // namespace
}  // namespace arete
