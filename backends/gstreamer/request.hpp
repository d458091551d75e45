// What the host asks to open, as our own copy: its memory may go after the call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "arete/source.h"

namespace arete_gstreamer {

struct Request {
  arete_source_kind kind = ARETE_SOURCE_CLIP;
  arete_media_kind media = ARETE_MEDIA_VIDEO;
  std::string url;
  std::string user;
  std::string password;
  int width = 0;
  int height = 0;
  double frames_per_second = 0;
  int sample_rate_hz = 16000;
  bool newest = false;
  std::chrono::nanoseconds timeout{0};

  /// Throws ARETE_INVALID for what makes no sense.
  [[nodiscard]] static Request of(const arete_source_request* given);

  [[nodiscard]] bool live() const { return kind != ARETE_SOURCE_CLIP; }
};

}  // namespace arete_gstreamer
