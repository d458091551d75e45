// SPDX-License-Identifier: Apache-2.0
#include "transform/preprocessor.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

#include "tensor/dtype.hpp"
#include "transform/region.hpp"

namespace arete::transform {
namespace {

using tensor::PixelFormat;

/// Red, green, blue, gray: what the channels of a row are.
std::size_t channel_of_color(spec::ColorOrder order, std::size_t color) {
  return order == spec::ColorOrder::kBgr ? 2 - color : color;
}

Status check_input(const spec::ResolvedInput& input) {
  const auto* image = std::get_if<spec::ImageInput>(&input.meaning.kind);
  if (image == nullptr || !input.image) {
    return fail(ErrorCode::kInvalid, "input '{}' does not take a picture", input.tensor.name);
  }
  const int wanted = image->color == spec::ColorOrder::kGray ? 1 : 3;
  if (input.image->channels != wanted || input.image->width < 1 || input.image->height < 1) {
    return fail(ErrorCode::kInvalid, "input '{}' is {} x {} pixels of {} channels; {} expected",
                input.tensor.name, input.image->width, input.image->height, input.image->channels,
                wanted);
  }
  return {};
}

}  // namespace

Result<Preprocessor> Preprocessor::create(const spec::ResolvedInput& input,
                                          const RowKernels& kernels) {
  ARETE_TRY(check_input(input));
  ARETE_TRY_ASSIGN(RowWriter writer, RowWriter::create(input, kernels));
  return Preprocessor(input, std::move(writer), kernels);
}

Preprocessor::Preprocessor(const spec::ResolvedInput& input, RowWriter writer,
                           const RowKernels& kernels)
    : name_(input.tensor.name),
      image_(std::get<spec::ImageInput>(input.meaning.kind)),
      size_{input.image->width, input.image->height},
      channels_(static_cast<std::size_t>(input.image->channels)),
      alignment_(tensor::bytes_of(input.tensor.dtype, 1)),
      kernels_(&kernels),
      writer_(std::move(writer)),
      resampler_(kernels),
      row_size_(padded_row(static_cast<std::size_t>(size_.width))) {
  rows_.resize(6 * row_size_);
  for (std::size_t c = 0; c < 3; ++c) {
    pixels_[c] = rows_.data() + c * row_size_;
    samples_[c] = rows_.data() + (3 + c) * row_size_;
  }
}

Status Preprocessor::check_memory(std::size_t pictures, std::span<std::byte> out) const {
  if (out.size() / picture_bytes() != pictures || out.size() % picture_bytes() != 0) {
    return fail(ErrorCode::kInvalid, "input '{}' needs {} bytes, {} are given", name_,
                picture_bytes() * pictures, out.size());
  }
  if (reinterpret_cast<std::uintptr_t>(out.data()) % alignment_ != 0) {
    return fail(ErrorCode::kInvalid, "input '{}' needs memory aligned to {} bytes", name_,
                alignment_);
  }
  return {};
}

Result<Geometry> Preprocessor::run(const tensor::PictureView& picture, std::span<std::byte> out) {
  ARETE_TRY(check_picture(picture));
  ARETE_TRY(check_memory(1, out));
  const Kind kind{picture.format, picture.width, picture.height};
  if (planned_ != kind) {
    const PlacedRegion placed = place_picture(image_, {picture.width, picture.height}, size_);
    plan(picture.format,
         {placed.across.span, placed.down.span, placed.across.begin, placed.down.begin});
    geometry_ = placed.geometry;
    planned_ = kind;
  }
  render(picture, out.data());
  return geometry_;
}

Status Preprocessor::run(const tensor::PictureView& frame, std::span<const tensor::Box> regions,
                         std::span<std::byte> out, std::span<Geometry> geometries) {
  ARETE_TRY(check_picture(frame));
  ARETE_TRY(check_memory(regions.size(), out));
  if (geometries.size() != regions.size()) {
    return fail(ErrorCode::kInvalid, "{} regions, but room for {} geometries", regions.size(),
                geometries.size());
  }
  for (std::size_t i = 0; i < regions.size(); ++i) {
    ARETE_TRY(check_region(regions[i], i));
  }
  planned_.reset();
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const PlacedRegion placed =
        place_region(image_, regions[i], {frame.width, frame.height}, size_);
    plan(frame.format,
         {placed.across.span, placed.down.span, placed.across.begin, placed.down.begin});
    render(frame, out.data() + i * picture_bytes());
    geometries[i] = placed.geometry;
  }
  return {};
}

void Preprocessor::plan(PixelFormat format, const Patch& patch) {
  patch_ = patch;
  if (patch_.across.outputs < 1 || patch_.down.outputs < 1) {
    patch_.across.outputs = 0;
    patch_.down.outputs = 0;
    return;
  }
  const bool luma_alone = tensor::is_yuv(format) && channels_ == 1;
  resampler_.plan(format, luma_alone ? 1 : 3, image_.resample, patch_.across, patch_.down);
}

void Preprocessor::pad_rows() {
  for (std::size_t c = 0; c < channels_; ++c) {
    std::memset(pixels_[c], image_.pad[c], static_cast<std::size_t>(size_.width));
  }
}

void Preprocessor::render(const tensor::PictureView& picture, std::byte* out) {
  const int end = patch_.input_y + patch_.down.outputs;
  factors_ = yuv_factors(picture.color);
  pad_rows();
  for (int y = 0; y < size_.height; ++y) {
    if (y < patch_.input_y || y >= end) {
      writer_.write(pixels_.data(), y, out);
    }
  }
  for (int row = 0; row < patch_.down.outputs; ++row) {
    render_row(picture, row);
    writer_.write(pixels_.data(), patch_.input_y + row, out);
  }
}

std::uint8_t* Preprocessor::color_at(std::size_t color) {
  return pixels_[channel_of_color(image_.color, color)] + patch_.input_x;
}

void Preprocessor::render_row(const tensor::PictureView& picture, int row) {
  const bool color = picture.format == PixelFormat::kRgb || picture.format == PixelFormat::kBgr;
  if (color && channels_ == 3) {
    const bool bgr = picture.format == PixelFormat::kBgr;
    const std::array<std::uint8_t*, 3> outs{color_at(bgr ? 2 : 0), color_at(1),
                                            color_at(bgr ? 0 : 2)};
    resampler_.row(picture, row, outs.data());
  } else {
    resampler_.row(picture, row, samples_.data());
    color_row(picture, static_cast<std::size_t>(patch_.across.outputs));
  }
  // Kernels write whole vectors: what they wrote beside the picture is padding again.
  const auto end =
      static_cast<std::size_t>(patch_.input_x) + static_cast<std::size_t>(patch_.across.outputs);
  const std::size_t beside = std::min(static_cast<std::size_t>(size_.width) - end, kRowSlack);
  for (std::size_t c = 0; c < channels_ && beside > 0; ++c) {
    std::memset(pixels_[c] + end, image_.pad[c], beside);
  }
}

void Preprocessor::color_row(const tensor::PictureView& picture, std::size_t size) {
  if (tensor::is_yuv(picture.format)) {
    if (channels_ == 1) {
      kernels_->to_gray(factors_, samples_[0], pixels_[0] + patch_.input_x, size);
      return;
    }
    const std::array<std::uint8_t*, 3> rgb{color_at(0), color_at(1), color_at(2)};
    kernels_->to_rgb(factors_, samples_.data(), rgb.data(), size);
    return;
  }
  if (picture.format == PixelFormat::kGray) {
    for (std::size_t c = 0; c < channels_; ++c) {
      std::memcpy(pixels_[c] + patch_.input_x, samples_[0], size);
    }
    return;
  }
  const bool bgr = picture.format == PixelFormat::kBgr;
  const std::array<const std::uint8_t*, 3> rgb{samples_[bgr ? 2 : 0], samples_[1],
                                               samples_[bgr ? 0 : 2]};
  gray_of_rgb(rgb.data(), pixels_[0] + patch_.input_x, size);
}

}  // namespace arete::transform
