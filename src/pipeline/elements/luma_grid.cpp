// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/luma_grid.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tensor/picture.hpp"

namespace arete::pipeline {
namespace {

constexpr int kRowStep = 4;
constexpr int kCellSamples = kLumaCell;  // of one row

/// Sums of `count` luma samples.
template <int kBetween>
std::uint32_t luma_sum(const std::uint8_t* samples, int count) {
  std::uint32_t sum = 0;
  if (count == kCellSamples) {  // a number that the compiler knows makes vector code
    for (int i = 0; i < kCellSamples; ++i) {
      sum += samples[std::ptrdiff_t{i} * kBetween];
    }
    return sum;
  }
  for (int i = 0; i < count; ++i) {
    sum += samples[std::ptrdiff_t{i} * kBetween];
  }
  return sum;
}

std::uint32_t color_sum(const std::uint8_t* pixels, int count, bool red_first) {
  std::uint32_t sum = 0;
  for (int i = 0; i < count; ++i, pixels += 3) {
    sum += tensor::luma(pixels[red_first ? 0 : 2], pixels[1], pixels[red_first ? 2 : 0]);
  }
  return sum;
}

std::uint32_t cell_sum(tensor::PixelFormat format, const std::uint8_t* row, int x, int count) {
  switch (format) {
    case tensor::PixelFormat::kRgb:
    case tensor::PixelFormat::kBgr:
      return color_sum(row + std::ptrdiff_t{3} * x, count, format == tensor::PixelFormat::kRgb);
    case tensor::PixelFormat::kYuyv:
      return luma_sum<2>(row + std::ptrdiff_t{2} * x, count);
    case tensor::PixelFormat::kGray:
    case tensor::PixelFormat::kNv12:
    case tensor::PixelFormat::kI420:
      break;
  }
  return luma_sum<1>(row + x, count);
}

}  // namespace

void measure_luma(const tensor::PictureView& picture, LumaGrid& grid) {
  const int width = std::max(picture.width, 0);
  const int height = std::max(picture.height, 0);
  grid.columns = (width + kLumaCell - 1) / kLumaCell;
  grid.rows = (height + kLumaCell - 1) / kLumaCell;
  grid.cells.assign(static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows),
                    0);
  float* cells = grid.cells.data();
  for (int top = 0; top < height; top += kLumaCell, cells += grid.columns) {
    const int bottom = std::min(top + kLumaCell, height);
    int lines = 0;
    for (int y = top; y < bottom; y += kRowStep, ++lines) {
      const std::uint8_t* const row = picture.row(y);
      for (int column = 0; column < grid.columns; ++column) {
        const int x = column * kLumaCell;
        cells[column] +=
            static_cast<float>(cell_sum(picture.format, row, x, std::min(kLumaCell, width - x)));
      }
    }
    for (int column = 0; column < grid.columns; ++column) {
      const int samples = lines * std::min(kLumaCell, width - column * kLumaCell);
      cells[column] /= static_cast<float>(samples);
    }
  }
}

}  // namespace arete::pipeline
