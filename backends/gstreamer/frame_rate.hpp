// Frame rates as GStreamer writes them: fractions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/gst.h>

namespace arete_gstreamer {

struct FrameRate {
  gint numerator = 0;
  gint denominator = 1;
};

/// 29.97 becomes 30000/1001. `frames_per_second` is positive.
[[nodiscard]] FrameRate frame_rate_of(double frames_per_second);

}  // namespace arete_gstreamer
