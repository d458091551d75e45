// From luma and chroma to red, green and blue in 16-bit fixed point, the same on every machine.
// Source: ITU-R BT.601 and BT.709 (primaries' weights, quantization ranges). Internal to transform.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tensor/picture.hpp"

namespace arete::transform {

/// Factors of a product q15(a, b) = (a * b + 2^14) >> 15. The sums carry 6 fractional bits:
///   luma  = q15(Y << 7, luma) + bias                 bias holds the black level and the rounding
///   red   = saturated(luma + q15((V - 128) << 8, red_v))
///   green = luma - (q15((U - 128) << 8, green_u) + q15((V - 128) << 8, green_v))
///   blue  = saturated(luma + q15((U - 128) << 8, blue_u))
/// and each, shifted right by 6 and clipped to 0..255, is the pixel; saturated to 16 bits.
struct YuvFactors {
  std::int16_t luma = 0;
  std::int16_t bias = 0;
  std::int16_t red_v = 0;
  std::int16_t green_u = 0;
  std::int16_t green_v = 0;
  std::int16_t blue_u = 0;
};

[[nodiscard]] YuvFactors yuv_factors(tensor::YuvColor color);

}  // namespace arete::transform
