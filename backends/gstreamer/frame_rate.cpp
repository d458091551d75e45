// SPDX-License-Identifier: Apache-2.0
#include "frame_rate.hpp"

#include <cmath>

namespace arete_gstreamer {

FrameRate frame_rate_of(double frames_per_second) {
  // The rates of television: 24000/1001 and its like are written with two decimals at least.
  constexpr int kBase = 1001;
  const double nearest = std::round(frames_per_second * kBase / 1000);
  if (std::abs(frames_per_second - std::round(frames_per_second)) > 1e-3 &&
      std::abs(nearest * 1000 / kBase - frames_per_second) < 5e-3) {
    return {static_cast<gint>(nearest) * 1000, kBase};
  }
  FrameRate rate;
  gst_util_double_to_fraction(frames_per_second, &rate.numerator, &rate.denominator);
  return rate;
}

}  // namespace arete_gstreamer
