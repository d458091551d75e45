// SPDX-License-Identifier: Apache-2.0
#include "transform/convert_picture.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "transform/yuv.hpp"

namespace arete::transform {
namespace {

using tensor::PixelFormat;

constexpr std::array kAllFormats{PixelFormat::kRgb,  PixelFormat::kBgr,  PixelFormat::kGray,
                                 PixelFormat::kNv12, PixelFormat::kI420, PixelFormat::kYuyv};
constexpr std::array kPacked{PixelFormat::kRgb, PixelFormat::kBgr, PixelFormat::kGray};

/// Random samples with gaps between the rows; rows may lie upside down.
struct RandomPicture {
  std::vector<std::uint8_t> memory;
  tensor::PictureView view;

  RandomPicture(PixelFormat format, int width, int height, std::mt19937& random) {
    constexpr std::ptrdiff_t kGap = 5;
    const std::ptrdiff_t stride = std::ptrdiff_t{4} * (width + 1) + kGap;
    memory.resize(static_cast<std::size_t>(3 * stride * height));
    for (std::uint8_t& byte : memory) {
      byte = static_cast<std::uint8_t>(random());
    }
    view = {format, width, height, stride, memory.data()};
    if (random() % 2 == 0) {
      view.data += stride * (height - 1);
      view.stride = -stride;
    }
    if (format == PixelFormat::kNv12 || format == PixelFormat::kI420) {
      view.chroma[0] = {memory.data() + stride * height, stride};
      view.chroma[1] = {memory.data() + 2 * stride * height, stride};
    }
    view.color.matrix = random() % 2 == 0 ? tensor::YuvMatrix::kBt601 : tensor::YuvMatrix::kBt709;
    view.color.range = random() % 2 == 0 ? tensor::YuvRange::kLimited : tensor::YuvRange::kFull;
  }
};

/// The middle of the two samples that chroma between them is made of, as the reference says.
int between(int first, int second, double weight) {
  const int fixed = static_cast<int>(weight * 32768);
  return first + (((second - first) * fixed + (1 << 14)) >> 15);
}

/// Chroma `component` (0 = U) at luma position x, y: first down, then across.
int chroma_at(const tensor::PictureView& view, int component, int x, int y) {
  const bool yuyv = view.format == PixelFormat::kYuyv;
  const int columns = (view.width + 1) / 2;
  const auto stored = [&](int column, int row) -> int {
    if (yuyv) {
      return view.row(row)[4 * column + 1 + 2 * component];
    }
    if (view.format == PixelFormat::kNv12) {
      return view.chroma[0].data[row * view.chroma[0].stride + 2 * column + component];
    }
    const tensor::PlaneView& plane = view.chroma[static_cast<std::size_t>(component)];
    return plane.data[row * plane.stride + column];
  };
  const auto down = [&](int column) {
    if (yuyv) {
      return stored(column, y);
    }
    const int rows = (view.height + 1) / 2;
    const int first = y % 2 == 0 ? y / 2 - 1 : y / 2;  // a sample lies between its two rows
    const double weight = y % 2 == 0 ? 0.75 : 0.25;
    return between(stored(column, std::clamp(first, 0, rows - 1)),
                   stored(column, std::clamp(first + 1, 0, rows - 1)), weight);
  };
  const int column = x / 2;  // at its first column; halfway to the next one at its second
  if (x % 2 == 0) {
    return down(column);
  }
  return between(down(column), down(std::min(column + 1, columns - 1)), 0.5);
}

int q15(int a, int b) { return (a * b + (1 << 14)) >> 15; }

std::array<int, 3> reference_pixel(const tensor::PictureView& view, int x, int y) {
  const std::uint8_t* row = view.row(y);
  switch (view.format) {
    case PixelFormat::kRgb:
      return {row[3 * x], row[3 * x + 1], row[3 * x + 2]};
    case PixelFormat::kBgr:
      return {row[3 * x + 2], row[3 * x + 1], row[3 * x]};
    case PixelFormat::kGray:
      return {row[x], row[x], row[x]};
    default:
      break;
  }
  const YuvFactors k = yuv_factors(view.color);
  const int luma =
      q15((view.format == PixelFormat::kYuyv ? row[2 * x] : row[x]) * 128, k.luma) + k.bias;
  const int u = (chroma_at(view, 0, x, y) - 128) * 256;
  const int v = (chroma_at(view, 1, x, y) - 128) * 256;
  const auto pixel = [](int sum) { return std::clamp(sum >> 6, 0, 255); };
  return {pixel(luma + q15(v, k.red_v)), pixel(luma - q15(u, k.green_u) - q15(v, k.green_v)),
          pixel(luma + q15(u, k.blue_u))};
}

int reference_gray(const tensor::PictureView& view, int x, int y) {
  if (tensor::is_yuv(view.format)) {
    const YuvFactors k = yuv_factors(view.color);
    const std::uint8_t* row = view.row(y);
    const int luma = view.format == PixelFormat::kYuyv ? row[2 * x] : row[x];
    return std::clamp((q15(luma * 128, k.luma) + k.bias) >> 6, 0, 255);
  }
  const auto rgb = reference_pixel(view, x, y);
  return view.format == PixelFormat::kGray
             ? rgb[0]
             : tensor::luma(static_cast<unsigned>(rgb[0]), static_cast<unsigned>(rgb[1]),
                            static_cast<unsigned>(rgb[2]));
}

void expect_reference(const tensor::PictureView& view, const tensor::Picture& got,
                      const std::string& what) {
  for (int y = 0; y < view.height; ++y) {
    for (int x = 0; x < view.width; ++x) {
      if (got.format == PixelFormat::kGray) {
        ASSERT_EQ(got.row(y)[x], reference_gray(view, x, y)) << what << " " << x << ", " << y;
        continue;
      }
      auto wanted = reference_pixel(view, x, y);
      if (got.format == PixelFormat::kBgr) {
        std::swap(wanted[0], wanted[2]);
      }
      for (int c = 0; c < 3; ++c) {
        ASSERT_EQ(got.row(y)[3 * x + c], wanted[static_cast<std::size_t>(c)])
            << what << " " << x << ", " << y << ", " << c;
      }
    }
  }
}

TEST(ConvertPicture, EveryKernelGivesTheBitsOfTheDefinition) {
  std::mt19937 random(3);
  for (const RowKernels& kernels : all_row_kernels()) {
    PictureConverter converter(kernels);
    tensor::Picture out;
    for (int round = 0; round < 120; ++round) {
      const PixelFormat from = kAllFormats[random() % kAllFormats.size()];
      const PixelFormat to = kPacked[random() % kPacked.size()];
      const int width = 1 + static_cast<int>(random() % 200);
      const int height = 1 + static_cast<int>(random() % 9);
      const RandomPicture in(from, width, height, random);
      ASSERT_TRUE(converter.run(in.view, to, out).has_value());
      EXPECT_EQ(out.format, to);
      EXPECT_EQ(out.pixels.size(), static_cast<std::size_t>(out.stride() * height));
      expect_reference(in.view, out,
                       fmt::format("{} {} to {}, {} x {}", kernels.name, static_cast<int>(from),
                                   static_cast<int>(to), width, height));
      ASSERT_FALSE(HasFatalFailure());
    }
  }
}

TEST(ConvertPicture, TheTargetKeepsItsMemory) {
  std::mt19937 random(4);
  const RandomPicture large(PixelFormat::kNv12, 64, 48, random);
  const RandomPicture small(PixelFormat::kI420, 32, 16, random);
  PictureConverter converter;
  tensor::Picture out;
  ASSERT_TRUE(converter.run(large.view, PixelFormat::kRgb, out).has_value());
  const std::uint8_t* place = out.pixels.data();
  ASSERT_TRUE(converter.run(small.view, PixelFormat::kRgb, out).has_value());
  expect_reference(small.view, out, "small");
  ASSERT_TRUE(converter.run(large.view, PixelFormat::kRgb, out).has_value());
  expect_reference(large.view, out, "large");
  EXPECT_EQ(out.pixels.data(), place);
}

TEST(ConvertPicture, WhatCannotBeReadOrHeldIsRefused) {
  PictureConverter converter;
  tensor::Picture out;
  EXPECT_EQ(converter.run({}, PixelFormat::kRgb, out).error().code(), ErrorCode::kInvalid);
  const tensor::Picture gray(PixelFormat::kGray, 4, 4);
  EXPECT_EQ(converter.run(gray.view(), PixelFormat::kNv12, out).error().code(),
            ErrorCode::kInvalid);
}

}  // namespace
}  // namespace arete::transform
