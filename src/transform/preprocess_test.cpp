// SPDX-License-Identifier: Apache-2.0
#include "transform/preprocess.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace arete::transform {
namespace {

using tensor::DType;
using tensor::PixelFormat;
using testing::ElementsAre;
using testing::HasSubstr;

/// An input of 2 x 1 pixels.
spec::ResolvedInput input_of(DType dtype, spec::Layout layout, spec::ColorOrder color) {
  spec::ImageInput image;
  image.color = color;
  spec::ResolvedInput input;
  input.meaning.kind = image;
  input.tensor.name = "pixels";
  input.tensor.dtype = dtype;
  const int channels = color == spec::ColorOrder::kGray ? 1 : 3;
  input.image = spec::ResolvedImage{layout, 2, 1, channels, true};
  input.shape = layout == spec::Layout::kNchw ? std::vector<std::int64_t>{1, channels, 1, 2}
                                              : std::vector<std::int64_t>{1, 1, 2, channels};
  return input;
}

spec::ImageInput& image_of(spec::ResolvedInput& input) {
  return std::get<spec::ImageInput>(input.meaning.kind);
}

tensor::Picture two_pixels() {
  tensor::Picture picture(PixelFormat::kRgb, 2, 1);
  picture.pixels = {10, 20, 30, 40, 50, 60};
  return picture;
}

tensor::Tensor prepared(const tensor::Picture& picture, const spec::ResolvedInput& input) {
  tensor::Tensor out;
  const auto geometry = preprocess(picture.view(), input, out);
  EXPECT_TRUE(geometry.has_value()) << geometry.error().message();
  return out;
}

TEST(Preprocess, LayoutAndColorOrder) {
  const auto nhwc = input_of(DType::kU8, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  EXPECT_THAT(prepared(two_pixels(), nhwc).data<std::uint8_t>(),
              ElementsAre(10, 20, 30, 40, 50, 60));
  const auto nchw = input_of(DType::kU8, spec::Layout::kNchw, spec::ColorOrder::kBgr);
  EXPECT_THAT(prepared(two_pixels(), nchw).data<std::uint8_t>(),
              ElementsAre(30, 60, 20, 50, 10, 40));
}

TEST(Preprocess, SourceFormatDoesNotChangeTheMeaning) {
  const auto rgb = input_of(DType::kU8, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  tensor::Picture bgr(PixelFormat::kBgr, 2, 1);
  bgr.pixels = {30, 20, 10, 60, 50, 40};
  EXPECT_THAT(prepared(bgr, rgb).data<std::uint8_t>(), ElementsAre(10, 20, 30, 40, 50, 60));
  tensor::Picture gray(PixelFormat::kGray, 2, 1);
  gray.pixels = {7, 9};
  EXPECT_THAT(prepared(gray, rgb).data<std::uint8_t>(), ElementsAre(7, 7, 7, 9, 9, 9));
  const auto to_gray = input_of(DType::kU8, spec::Layout::kNhwc, spec::ColorOrder::kGray);
  EXPECT_THAT(prepared(two_pixels(), to_gray).data<std::uint8_t>(), ElementsAre(18, 48));
  EXPECT_THAT(prepared(bgr, to_gray).data<std::uint8_t>(), ElementsAre(18, 48));
}

TEST(Preprocess, MeanAndStdAreInTheModelsColorOrder) {
  auto input = input_of(DType::kF32, spec::Layout::kNchw, spec::ColorOrder::kBgr);
  image_of(input).mean = {30, 0, 0};
  image_of(input).std_dev = {10, 2, 5};
  EXPECT_THAT(prepared(two_pixels(), input).data<float>(), ElementsAre(0, 3, 10, 25, 2, 8));
}

TEST(Preprocess, QuantizedInputsGetTheRealValueInTheirOwnScale) {
  auto input = input_of(DType::kI8, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  image_of(input).mean = {128, 128, 128};
  image_of(input).std_dev = {128, 128, 128};
  tensor::Quantization quantization;
  quantization.stored = DType::kI8;
  quantization.scales = {1.0F / 64};
  quantization.zero_points = {-1};
  input.tensor.quantization = quantization;
  tensor::Picture ends(PixelFormat::kRgb, 2, 1);
  ends.pixels = {0, 255, 128, 127, 1, 254};
  // real = p/128 - 1, stored = real * 64 - 1, half to even: -65, 62.5, -1, -1.5, -64.5, 62.
  EXPECT_THAT(prepared(ends, input).data<std::int8_t>(), ElementsAre(-65, 63, -1, -1, -65, 62));
}

TEST(Preprocess, HalfFloatsAndWideIntegers) {
  auto half = input_of(DType::kF16, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  image_of(half).std_dev = {255, 255, 255};
  const tensor::Tensor values = prepared(two_pixels(), half);
  EXPECT_NEAR(tensor::to_float(values.data<tensor::Float16>()[5]), 60 / 255.0, 1e-3);
  const auto wide = input_of(DType::kI16, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  EXPECT_THAT(prepared(two_pixels(), wide).data<std::int16_t>(),
              ElementsAre(10, 20, 30, 40, 50, 60));
}

TEST(Preprocess, LetterboxIsPaddedInTheModelsColors) {
  auto input = input_of(DType::kU8, spec::Layout::kNhwc, spec::ColorOrder::kBgr);
  input.image = spec::ResolvedImage{spec::Layout::kNhwc, 2, 2, 3, true};
  input.shape = {1, 2, 2, 3};
  image_of(input).fit = spec::Fit::kLetterbox;
  image_of(input).placement = spec::Placement::kTopLeft;
  image_of(input).pad = {1, 2, 3};
  EXPECT_THAT(prepared(two_pixels(), input).data<std::uint8_t>(),
              ElementsAre(30, 20, 10, 60, 50, 40, 1, 2, 3, 1, 2, 3));
}

TEST(Preprocess, MemoryOfTheRightSizeIsKept) {
  const auto input = input_of(DType::kU8, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  tensor::Tensor out = prepared(two_pixels(), input);
  const std::byte* before = out.bytes().data();
  ASSERT_TRUE(preprocess(two_pixels().view(), input, out).has_value());
  EXPECT_EQ(out.bytes().data(), before);
  std::vector<std::byte> small(5);
  const auto refused = preprocess(two_pixels().view(), input, std::span<std::byte>(small));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("needs 6 bytes, 5 are given"));
}

TEST(Preprocess, WhatCannotBeFedIsNamed) {
  tensor::Tensor out;
  const auto text = input_of(DType::kI64, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  const auto wrong_dtype = preprocess(two_pixels().view(), text, out);
  ASSERT_FALSE(wrong_dtype.has_value());
  EXPECT_THAT(wrong_dtype.error().message(), HasSubstr("'pixels'"));
  auto other = input_of(DType::kF32, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  other.meaning.kind = spec::TensorInput{};
  EXPECT_FALSE(preprocess(two_pixels().view(), other, out).has_value());
  const auto good = input_of(DType::kF32, spec::Layout::kNhwc, spec::ColorOrder::kRgb);
  EXPECT_FALSE(preprocess(tensor::PictureView{}, good, out).has_value());
}

}  // namespace
}  // namespace arete::transform
