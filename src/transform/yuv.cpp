// SPDX-License-Identifier: Apache-2.0
#include "transform/yuv.hpp"

#include <cmath>

namespace arete::transform {
namespace {

/// `real` with as many fractional bits as make `one` of 1.
std::int16_t fixed_point(double real, double one) {
  return static_cast<std::int16_t>(std::lround(real * one));
}

}  // namespace

YuvFactors yuv_factors(tensor::YuvColor color) {
  const bool bt601 = color.matrix == tensor::YuvMatrix::kBt601;
  const double red = bt601 ? 0.299 : 0.2126;
  const double blue = bt601 ? 0.114 : 0.0722;
  const double green = 1 - red - blue;
  const bool limited = color.range == tensor::YuvRange::kLimited;
  const double luma_scale = limited ? 255.0 / 219 : 1;
  const double chroma_scale = limited ? 255.0 / 224 : 1;
  const double black = limited ? 16 : 0;
  // Products of 8 + 7 bits keep 6 bits with factors of 14 bits; of 8 + 8 bits with 13.
  constexpr double kLumaOne = 1 << 14;
  constexpr double kChromaOne = 1 << 13;
  YuvFactors factors;
  factors.luma = fixed_point(luma_scale, kLumaOne);
  factors.bias = static_cast<std::int16_t>(32 - std::lround(black * luma_scale * 64));
  factors.red_v = fixed_point(2 * (1 - red) * chroma_scale, kChromaOne);
  factors.blue_u = fixed_point(2 * (1 - blue) * chroma_scale, kChromaOne);
  factors.green_u = fixed_point(2 * (1 - blue) * blue / green * chroma_scale, kChromaOne);
  factors.green_v = fixed_point(2 * (1 - red) * red / green * chroma_scale, kChromaOne);
  return factors;
}

}  // namespace arete::transform
