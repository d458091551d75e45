// SPDX-License-Identifier: Apache-2.0
#include "random_picture.hpp"

#include <fmt/format.h>

#include <array>
#include <variant>

namespace arete::property {
namespace {

using tensor::DType;
using tensor::PixelFormat;

/// Mostly small, so that edges count; sometimes long enough for every shape of block.
int side(Dice& dice) {
  return dice.chance(0.1) ? dice.whole(200, 700) : dice.whole(1, dice.chance(0.5) ? 20 : 150);
}

spec::Layout random_layout(Dice& dice, bool gray) {
  if (gray && dice.chance(0.3)) {
    return spec::Layout::kNhw;
  }
  return dice.chance(0.5) ? spec::Layout::kNchw : spec::Layout::kNhwc;
}

void place_in_tensor(spec::ResolvedInput& input, spec::Layout layout, spec::Size size, bool gray) {
  const int channels = gray ? 1 : 3;
  input.image = spec::ResolvedImage{layout, size.width, size.height, channels, true};
  const std::int64_t w = size.width;
  const std::int64_t h = size.height;
  switch (layout) {
    case spec::Layout::kNchw:
      input.shape = {1, channels, h, w};
      return;
    case spec::Layout::kNhwc:
      input.shape = {1, h, w, channels};
      return;
    case spec::Layout::kNhw:
      input.shape = {1, h, w};
      return;
  }
}

void random_values(Dice& dice, spec::ImageInput& image) {
  if (dice.chance(0.2)) {
    return;
  }
  for (std::size_t c = 0; c < 3; ++c) {
    image.mean[c] = dice.real(0, 140);
    image.std_dev[c] = dice.chance(0.5) ? 255 : dice.real(1, 130);
  }
}

void random_storage(Dice& dice, spec::TensorFacts& facts) {
  constexpr std::array kTypes{DType::kF32, DType::kF32,  DType::kF16, DType::kU8,
                              DType::kI8,  DType::kBf16, DType::kI16, DType::kI32};
  facts.name = "pixels";
  facts.dtype = kTypes[static_cast<std::size_t>(dice.whole(0, 7))];
  if (facts.dtype != DType::kU8 && facts.dtype != DType::kI8) {
    return;
  }
  tensor::Quantization quantization;
  quantization.stored = facts.dtype;
  quantization.scales = {dice.chance(0.5) ? 1.0F : static_cast<float>(dice.real(0.01, 2))};
  quantization.zero_points = {facts.dtype == DType::kI8 ? dice.whole(-128, 127)
                                                        : dice.whole(0, 255)};
  facts.quantization = quantization;
}

}  // namespace

RandomPicture::RandomPicture(Dice& dice, std::optional<PixelFormat> format) {
  view_.format = format.value_or(static_cast<PixelFormat>(dice.whole(0, 5)));
  view_.width = side(dice);
  view_.height = side(dice);
  view_.color.matrix = dice.chance(0.5) ? tensor::YuvMatrix::kBt601 : tensor::YuvMatrix::kBt709;
  view_.color.range = dice.chance(0.5) ? tensor::YuvRange::kLimited : tensor::YuvRange::kFull;
  const int half_width = (view_.width + 1) / 2;
  const int half_height = (view_.height + 1) / 2;
  int row_bytes = view_.width;
  if (view_.format == PixelFormat::kYuyv) {
    row_bytes = 4 * half_width;
  } else if (!tensor::is_yuv(view_.format)) {
    row_bytes *= tensor::channels_of(view_.format);
  }
  const tensor::PlaneView own = plane(dice, row_bytes, view_.height);
  view_.data = own.data;
  view_.stride = own.stride;
  if (view_.format == PixelFormat::kNv12) {
    view_.chroma[0] = plane(dice, 2 * half_width, half_height);
  } else if (view_.format == PixelFormat::kI420) {
    view_.chroma[0] = plane(dice, half_width, half_height);
    view_.chroma[1] = plane(dice, half_width, half_height);
  }
}

tensor::PlaneView RandomPicture::plane(Dice& dice, int row_bytes, int rows) {
  const int stride = row_bytes + (dice.chance(0.5) ? 0 : dice.whole(1, 70));
  const auto size = static_cast<std::size_t>(rows - 1) * static_cast<std::size_t>(stride) +
                    static_cast<std::size_t>(row_bytes);
  auto memory = std::make_unique_for_overwrite<std::uint8_t[]>(size);
  const bool smooth = dice.chance(0.3);
  const bool extreme = dice.chance(0.2);
  for (std::size_t i = 0; i < size; ++i) {
    const int noise = dice.whole(0, 255);
    const int value = extreme ? (noise & 1) * 255 : noise;
    memory[i] = static_cast<std::uint8_t>(smooth ? i * 3 + static_cast<std::size_t>(noise) / 32
                                                 : static_cast<std::size_t>(value));
  }
  planes_.push_back(std::move(memory));
  const std::uint8_t* first = planes_.back().get();
  if (dice.chance(0.1)) {  // bottom row first
    return {first + static_cast<std::size_t>(rows - 1) * static_cast<std::size_t>(stride), -stride};
  }
  return {first, stride};
}

spec::ResolvedInput random_input(Dice& dice) {
  spec::ImageInput image;
  image.color = static_cast<spec::ColorOrder>(dice.whole(0, 2));
  image.fit = static_cast<spec::Fit>(dice.whole(0, 2));
  image.placement = dice.chance(0.5) ? spec::Placement::kCenter : spec::Placement::kTopLeft;
  image.resample =
      dice.chance(0.6) ? spec::Resample::kBilinear : static_cast<spec::Resample>(dice.whole(0, 3));
  image.crop_fraction = dice.real(0.3, 1);
  for (std::uint8_t& value : image.pad) {
    value = static_cast<std::uint8_t>(dice.whole(0, 255));
  }
  random_values(dice, image);
  const bool gray = image.color == spec::ColorOrder::kGray;
  spec::ResolvedInput input;
  input.meaning.kind = image;
  random_storage(dice, input.tensor);
  place_in_tensor(input, random_layout(dice, gray), {side(dice), side(dice)}, gray);
  return input;
}

spec::ResolvedInput byte_input(spec::Size size, spec::Resample method, spec::ColorOrder color) {
  spec::ImageInput image;
  image.color = color;
  image.resample = method;
  spec::ResolvedInput input;
  input.meaning.kind = image;
  input.tensor.name = "pixels";
  input.tensor.dtype = DType::kU8;
  place_in_tensor(input, spec::Layout::kNhwc, size, color == spec::ColorOrder::kGray);
  return input;
}

std::string text_of(const tensor::PictureView& picture, const spec::ResolvedInput& input) {
  const auto& image = std::get<spec::ImageInput>(input.meaning.kind);
  return fmt::format("format {}, {} x {} to {} x {}, fit {}, resample {}, color {}, layout {}, {}",
                     static_cast<int>(picture.format), picture.width, picture.height,
                     input.image->width, input.image->height, static_cast<int>(image.fit),
                     static_cast<int>(image.resample), static_cast<int>(image.color),
                     static_cast<int>(input.image->layout), tensor::name_of(input.tensor.dtype));
}

}  // namespace arete::property
