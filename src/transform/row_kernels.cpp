// SPDX-License-Identifier: Apache-2.0
#include "transform/row_kernels.hpp"

#include <algorithm>
#include <cstring>

#include "tensor/dtype.hpp"
#include "tensor/picture.hpp"

namespace arete::transform {
namespace {

/// a * b / 2^15, half rounded up.
int q15(int a, int b) { return (a * b + (1 << 14)) >> 15; }

std::uint8_t pixel_of(int sum) { return static_cast<std::uint8_t>(std::clamp(sum >> 6, 0, 255)); }

std::uint8_t between(std::uint8_t first, std::uint8_t second, int weight) {
  return static_cast<std::uint8_t>(first + q15(second - first, weight));
}

void plain_blend(const std::uint8_t* first, const std::uint8_t* second, int weight,
                 std::uint8_t* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = between(first[i], second[i], weight);
  }
}

void plain_mix(const std::uint8_t* const* rows, const std::int16_t* weights, int count,
               std::uint8_t* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    int sum = 1 << 13;
    for (int k = 0; k < count; ++k) {
      sum += rows[k][i] * weights[k];
    }
    out[i] = static_cast<std::uint8_t>(sum >> 14);
  }
}

void plain_across(const std::uint8_t* row, const AcrossPlan& plan, std::uint8_t* const* outs) {
  for (int c = 0; c < plan.layout.channels; ++c) {
    const std::uint8_t* in = row + plan.layout.delta[static_cast<std::size_t>(c)];
    for (std::size_t i = 0; i < plan.first.size(); ++i) {
      outs[c][i] = between(in[plan.first[i]], in[plan.second[i]], plan.taps.weight[i]);
    }
  }
}

void plain_to_rgb(const YuvFactors& factors, const std::uint8_t* const* yuv,
                  std::uint8_t* const* rgb, std::size_t size) {
  constexpr int kLowest = -32768;
  constexpr int kHighest = 32767;
  for (std::size_t i = 0; i < size; ++i) {
    const int luma = q15(yuv[0][i] * 128, factors.luma) + factors.bias;
    const int u = (yuv[1][i] - 128) * 256;
    const int v = (yuv[2][i] - 128) * 256;
    rgb[0][i] = pixel_of(std::clamp(luma + q15(v, factors.red_v), kLowest, kHighest));
    rgb[1][i] = pixel_of(luma - (q15(u, factors.green_u) + q15(v, factors.green_v)));
    rgb[2][i] = pixel_of(std::clamp(luma + q15(u, factors.blue_u), kLowest, kHighest));
  }
}

void plain_to_gray(const YuvFactors& factors, const std::uint8_t* luma, std::uint8_t* out,
                   std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = pixel_of(q15(luma[i] * 128, factors.luma) + factors.bias);
  }
}

void plain_separate(const std::uint8_t* in, std::uint8_t* const* rows, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    rows[0][i] = in[3 * i];
    rows[1][i] = in[3 * i + 1];
    rows[2][i] = in[3 * i + 2];
  }
}

void plain_interleave(const std::uint8_t* const* rows, std::uint8_t* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out[3 * i] = rows[0][i];
    out[3 * i + 1] = rows[1][i];
    out[3 * i + 2] = rows[2][i];
  }
}

void plain_to_f32(const std::uint8_t* in, const FloatScale& scale, float* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t at = i % FloatScale::kLength;
    out[i] = (static_cast<float>(in[i]) - scale.mean[at]) * scale.factor[at];
  }
}

void plain_to_f16(const std::uint8_t* in, const FloatScale& scale, std::uint16_t* out,
                  std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t at = i % FloatScale::kLength;
    const float real = (static_cast<float>(in[i]) - scale.mean[at]) * scale.factor[at];
    out[i] = tensor::to_float16(real).bits;
  }
}

void plain_lookup(const std::uint8_t* in, const std::uint8_t* table, std::uint8_t* out,
                  std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = table[in[i]];
  }
}

void plain_shift(const std::uint8_t* in, std::uint8_t added, std::uint8_t* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = static_cast<std::uint8_t>(in[i] + added);
  }
}

}  // namespace

const RowKernels& plain_row_kernels() {
  static constexpr RowKernels kKernels{
      "plain",      BlockShape{},  plain_blend,    plain_mix,        plain_across,
      plain_to_rgb, plain_to_gray, plain_separate, plain_interleave, plain_to_f32,
      plain_to_f16, plain_lookup,  plain_shift};
  return kKernels;
}

#ifndef ARETE_HIGHWAY
const RowKernels& best_row_kernels() { return plain_row_kernels(); }
std::vector<RowKernels> all_row_kernels() { return {plain_row_kernels()}; }
#endif

void gray_of_rgb(const std::uint8_t* const* rgb, std::uint8_t* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = tensor::luma(rgb[0][i], rgb[1][i], rgb[2][i]);
  }
}

void across_wide(const std::uint8_t* row, const AcrossPlan& plan, std::uint8_t* const* outs) {
  const auto step = static_cast<std::size_t>(plan.layout.step);
  for (std::size_t i = 0; i < plan.first.size(); ++i) {
    const std::int16_t* weights = plan.taps.weights_of(i);
    const auto count = static_cast<std::size_t>(plan.taps.count[i]);
    for (int c = 0; c < plan.layout.channels; ++c) {
      const std::uint8_t* in = row + plan.first[i] + plan.layout.delta[static_cast<std::size_t>(c)];
      int sum = 1 << 13;
      for (std::size_t k = 0; k < count; ++k) {
        sum += in[k * step] * weights[k];
      }
      outs[c][i] = static_cast<std::uint8_t>(sum >> 14);
    }
  }
}

}  // namespace arete::transform
