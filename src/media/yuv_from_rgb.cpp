// SPDX-License-Identifier: Apache-2.0
#include "media/yuv_from_rgb.hpp"

#include <algorithm>
#include <vector>

#include "base/result.hpp"

namespace arete::media {
namespace {

using tensor::PixelFormat;

/// Shares of red and blue in luma; green has the rest.
struct LumaShares {
  double red;
  double blue;
};
constexpr LumaShares kShares601{0.299, 0.114};
constexpr LumaShares kShares709{0.2126, 0.0722};

/// Fixed point with 16 bits behind the point. The rows of chroma add up to 0, so gray stays gray.
struct Weights {
  std::array<std::int32_t, 3> luma;  ///< of red, green, blue
  std::array<std::int32_t, 3> blue_difference;
  std::array<std::int32_t, 3> red_difference;
};

constexpr std::int32_t fixed(double value) {
  return static_cast<std::int32_t>(value * 65536 + (value < 0 ? -0.5 : 0.5));
}

constexpr Weights weights_of(const LumaShares& shares) {
  constexpr double kLuma = 219.0 / 255;
  constexpr double kChroma = 224.0 / 255 / 2;
  const double green = 1 - shares.red - shares.blue;
  Weights made{};
  made.luma = {fixed(kLuma * shares.red), 0, fixed(kLuma * shares.blue)};
  made.luma[1] = fixed(kLuma) - made.luma[0] - made.luma[2];
  const double u = kChroma / (1 - shares.blue);
  made.blue_difference = {fixed(-u * shares.red), fixed(-u * green), 0};
  made.blue_difference[2] = -made.blue_difference[0] - made.blue_difference[1];
  const double v = kChroma / (1 - shares.red);
  made.red_difference = {0, fixed(-v * green), fixed(-v * shares.blue)};
  made.red_difference[0] = -made.red_difference[1] - made.red_difference[2];
  return made;
}
constexpr Weights kWeights601 = weights_of(kShares601);
constexpr Weights kWeights709 = weights_of(kShares709);

/// Where the colors are in a pixel: blue first has its red last.
template <bool kBlueFirst>
void luma_row(const std::uint8_t* row, int width, const Weights& weights, std::uint8_t* out) {
  const std::int32_t first = weights.luma[kBlueFirst ? 2 : 0];
  const std::int32_t second = weights.luma[1];
  const std::int32_t third = weights.luma[kBlueFirst ? 0 : 2];
  for (std::ptrdiff_t x = 0; x < width; ++x) {
    const std::int32_t sum = first * row[3 * x] + second * row[3 * x + 1] + third * row[3 * x + 2];
    out[x] = static_cast<std::uint8_t>(16 + ((sum + 32768) >> 16));
  }
}

/// Sums of two rows, filtered to every second column with shares 1 2 1: eight times the color.
void halve(const std::uint8_t* upper, const std::uint8_t* lower, int width,
           std::vector<std::int32_t>& sums, std::vector<std::int32_t>& halved) {
  for (int i = 0; i < 3 * width; ++i) {
    sums[static_cast<std::size_t>(i)] = upper[i] + lower[i];
  }
  const std::int32_t* const sum = sums.data();
  std::int32_t* const out = halved.data();
  for (int channel = 0; channel < 3; ++channel) {
    out[channel] = 3 * sum[channel] + sum[channel + 3];  // the border counts for what lies outside
  }
  for (int i = 1; i < width / 2; ++i) {
    const std::int32_t* const at = sum + std::ptrdiff_t{6} * i;
    for (int channel = 0; channel < 3; ++channel) {
      out[3 * i + channel] = at[channel - 3] + 2 * at[channel] + at[channel + 3];
    }
  }
}

struct ChromaRow {
  std::uint8_t* u;
  std::uint8_t* v;
  std::ptrdiff_t step;  ///< bytes from one sample to the next
};

ChromaRow chroma_row(const YuvCanvas& canvas, int y) {
  const auto& [data, stride] = canvas.planes[1];
  std::uint8_t* const first = data + y * stride;
  if (canvas.format == PixelFormat::kNv12) {
    return {first, first + 1, 2};
  }
  return {first, canvas.planes[2].data + y * canvas.planes[2].stride, 1};
}

template <bool kBlueFirst>
void write_chroma(const std::vector<std::int32_t>& halved, int samples, const Weights& weights,
                  const ChromaRow& out) {
  constexpr std::size_t kRed = kBlueFirst ? 2 : 0;
  constexpr std::int32_t kHalf = 1 << 18;
  constexpr int kShift = 19;  // 16 of the weights, 3 of the eightfold sums
  const auto& u = weights.blue_difference;
  const auto& v = weights.red_difference;
  for (int i = 0; i < samples; ++i) {
    const std::int32_t* const at = halved.data() + std::ptrdiff_t{3} * i;
    const std::int32_t red = at[kRed];
    const std::int32_t green = at[1];
    const std::int32_t blue = at[2 - kRed];
    const std::int32_t blue_part = u[0] * red + u[1] * green + u[2] * blue;
    const std::int32_t red_part = v[0] * red + v[1] * green + v[2] * blue;
    out.u[i * out.step] = static_cast<std::uint8_t>(128 + ((blue_part + kHalf) >> kShift));
    out.v[i * out.step] = static_cast<std::uint8_t>(128 + ((red_part + kHalf) >> kShift));
  }
}

template <bool kBlueFirst>
void from_color(const tensor::PictureView& picture, const Weights& weights,
                const YuvCanvas& canvas) {
  const int width = canvas.width;
  std::vector<std::int32_t> sums(static_cast<std::size_t>(3 * width));
  std::vector<std::int32_t> halved(sums.size() / 2);
  for (int y = 0; y < canvas.height; y += 2) {
    const std::uint8_t* const upper = picture.row(y);
    const std::uint8_t* const lower = picture.row(y + 1);
    std::uint8_t* const out = canvas.planes[0].data + y * canvas.planes[0].stride;
    luma_row<kBlueFirst>(upper, width, weights, out);
    luma_row<kBlueFirst>(lower, width, weights, out + canvas.planes[0].stride);
    halve(upper, lower, width, sums, halved);
    write_chroma<kBlueFirst>(halved, width / 2, weights, chroma_row(canvas, y / 2));
  }
}

using Table = std::array<std::uint8_t, 256>;

/// From 0..255 to what starts at `black` and spans `steps`; chroma is scaled around its middle.
constexpr Table make_luma_table(bool full) {
  Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint8_t>(full ? 16 + (i * 219 + 127) / 255 : i);
  }
  return table;
}
constexpr Table make_chroma_table(bool full) {
  Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint8_t>(full ? (i * 224 + 4096) / 255 : i);
  }
  return table;
}
constexpr Table kAsItIs = make_luma_table(false);
constexpr Table kLumaFromFull = make_luma_table(true);
constexpr Table kChromaFromFull = make_chroma_table(true);

void from_gray(const tensor::PictureView& picture, const YuvCanvas& canvas) {
  for (int y = 0; y < canvas.height; ++y) {
    std::uint8_t* const out = canvas.planes[0].data + y * canvas.planes[0].stride;
    std::transform(picture.row(y), picture.row(y) + canvas.width, out,
                   [](std::uint8_t value) { return kLumaFromFull[value]; });
  }
  for (int y = 0; y < canvas.height / 2; ++y) {
    const ChromaRow row = chroma_row(canvas, y);
    for (int i = 0; i < canvas.width / 2; ++i) {
      row.u[i * row.step] = 128;
      row.v[i * row.step] = 128;
    }
  }
}

}  // namespace

void yuv_from_rgb(const tensor::PictureView& picture, tensor::YuvMatrix matrix,
                  const YuvCanvas& canvas) {
  ARETE_CHECK(picture.width >= canvas.width && picture.height >= canvas.height);
  ARETE_CHECK(!tensor::is_yuv(picture.format));
  const Weights& weights = matrix == tensor::YuvMatrix::kBt709 ? kWeights709 : kWeights601;
  if (picture.format == PixelFormat::kGray) {
    from_gray(picture, canvas);
  } else if (picture.format == PixelFormat::kBgr) {
    from_color<true>(picture, weights, canvas);
  } else {
    from_color<false>(picture, weights, canvas);
  }
}

void yuv_from_yuv(const tensor::PictureView& picture, const YuvCanvas& canvas) {
  ARETE_CHECK(picture.width >= canvas.width && picture.height >= canvas.height);
  ARETE_CHECK(picture.format == PixelFormat::kNv12 || picture.format == PixelFormat::kI420);
  const bool full = picture.color.range == tensor::YuvRange::kFull;
  const Table& luma = full ? kLumaFromFull : kAsItIs;
  const Table& chroma = full ? kChromaFromFull : kAsItIs;
  for (int y = 0; y < canvas.height; ++y) {
    std::uint8_t* const out = canvas.planes[0].data + y * canvas.planes[0].stride;
    std::transform(picture.row(y), picture.row(y) + canvas.width, out,
                   [&](std::uint8_t value) { return luma[value]; });
  }
  const bool pairs = picture.format == PixelFormat::kNv12;
  const std::ptrdiff_t step = pairs ? 2 : 1;
  for (int y = 0; y < canvas.height / 2; ++y) {
    const std::uint8_t* const u = picture.chroma[0].data + y * picture.chroma[0].stride;
    const std::uint8_t* const v =
        pairs ? u + 1 : picture.chroma[1].data + y * picture.chroma[1].stride;
    const ChromaRow row = chroma_row(canvas, y);
    for (int i = 0; i < canvas.width / 2; ++i) {
      row.u[i * row.step] = chroma[u[i * step]];
      row.v[i * row.step] = chroma[v[i * step]];
    }
  }
}

}  // namespace arete::media
