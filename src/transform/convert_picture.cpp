// SPDX-License-Identifier: Apache-2.0
#include "transform/convert_picture.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "transform/source_planes.hpp"
#include "transform/yuv.hpp"

namespace arete::transform {
namespace {

using tensor::PixelFormat;

/// Rows that lie in three rows of memory, in the order in which `format` interleaves them.
std::array<const std::uint8_t*, 3> in_order(const std::array<std::uint8_t*, 3>& rows,
                                            PixelFormat format) {
  const bool bgr = format == PixelFormat::kBgr;
  return {rows[bgr ? 2 : 0], rows[1], rows[bgr ? 0 : 2]};
}

void copy_rows(const tensor::PictureView& picture, tensor::Picture& out) {
  for (int y = 0; y < picture.height; ++y) {
    std::memcpy(out.row(y), picture.row(y), static_cast<std::size_t>(out.stride()));
  }
}

}  // namespace

void PictureConverter::plan(const Kind& kind) {
  planned_ = kind;
  const int components = tensor::is_yuv(kind.from) && kind.to == PixelFormat::kGray ? 1 : 3;
  resampler_.plan(kind.from, components, spec::Resample::kBilinear,
                  {.outputs = kind.width, .high = kind.width},
                  {.outputs = kind.height, .high = kind.height});
  const std::size_t row = padded_row(static_cast<std::size_t>(kind.width));
  rows_.resize(6 * row);
  for (std::size_t i = 0; i < 3; ++i) {
    samples_[i] = rows_.data() + i * row;
    colors_[i] = rows_.data() + (i + 3) * row;
  }
}

void PictureConverter::convert_row(const tensor::PictureView& picture, int y, PixelFormat format,
                                   std::uint8_t* out) {
  const auto width = static_cast<std::size_t>(picture.width);
  resampler_.row(picture, y, samples_.data());
  if (format == PixelFormat::kGray) {
    if (tensor::is_yuv(picture.format)) {
      kernels_->to_gray(factors_, samples_[0], colors_[0], width);
      std::memcpy(out, colors_[0], width);
    } else {
      gray_of_rgb(in_order(samples_, picture.format).data(), out, width);
    }
    return;
  }
  std::array<const std::uint8_t*, 3> rows = in_order(samples_, picture.format);
  if (tensor::is_yuv(picture.format)) {
    kernels_->to_rgb(factors_, samples_.data(), colors_.data(), width);
    rows = {colors_[0], colors_[1], colors_[2]};
  } else if (picture.format == PixelFormat::kGray) {
    rows = {samples_[0], samples_[0], samples_[0]};
  }
  if (format == PixelFormat::kBgr) {
    std::swap(rows[0], rows[2]);
  }
  kernels_->interleave(rows.data(), out, width);
}

Status PictureConverter::run(const tensor::PictureView& picture, PixelFormat format,
                             tensor::Picture& out) {
  ARETE_TRY(check_picture(picture));
  if (tensor::is_yuv(format)) {
    return fail(ErrorCode::kInvalid, "pixels are packed as RGB, BGR or gray only");
  }
  out.format = format;
  out.width = picture.width;
  out.height = picture.height;
  out.pixels.resize(static_cast<std::size_t>(out.stride()) * static_cast<std::size_t>(out.height));
  if (format == picture.format) {
    copy_rows(picture, out);
    return {};
  }
  const Kind kind{picture.format, format, picture.width, picture.height};
  if (planned_ != kind) {
    plan(kind);
  }
  factors_ = yuv_factors(picture.color);
  for (int y = 0; y < picture.height; ++y) {
    convert_row(picture, y, format, out.row(y));
  }
  return {};
}

}  // namespace arete::transform
