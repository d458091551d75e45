// H.264 encoders, the best one first, and how each is told what to do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/gst.h>

#include "arete/source.h"

namespace arete_gstreamer {

struct Encoder {
  const char* factory;
  arete_pixels format;  ///< what it eats
  bool needs_parser;    ///< gives start codes, which MP4 has not
  void (*set_up)(GstElement* element, int kilobits_per_second);
};

/// Throws ARETE_UNAVAILABLE naming what to install.
[[nodiscard]] const Encoder& best_encoder();

}  // namespace arete_gstreamer
