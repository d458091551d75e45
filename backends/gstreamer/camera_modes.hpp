// Which of a camera's modes to take. Raw pixels are preferred; compressed ones are taken where the
// camera has the size or rate only so (many give large pictures as JPEG alone).
// Threads: pure. Errors: ARETE_INVALID lists what the camera offers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/gst.h>

#include "handles.hpp"

namespace arete_gstreamer {

struct CameraWish {
  int width = 0;  ///< pixels; 0 = any
  int height = 0;
  double frames_per_second = 0;
};

struct CameraMode {
  CapsPtr caps;  ///< what the camera is to give; may leave open what was not asked for
  bool jpeg = false;
};

/// `offered` is what the device says in state READY.
[[nodiscard]] CameraMode choose_mode(const GstCaps* offered, const CameraWish& wish);

}  // namespace arete_gstreamer
