// GStreamer's errors as codes that say what the caller can do, with the reason that is buried in
// their debug text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/gst.h>

#include <string>

#include "arete/plugin/failure.hpp"

namespace arete_gstreamer {

/// Of an error message. `missing` replaces the text where a plug-in of GStreamer is missing.
[[nodiscard]] arete::plugin::Failure failure_of(GstMessage* message, const std::string& missing);
[[nodiscard]] arete::plugin::Failure warning_of(GstMessage* message);

/// Whether an element of this factory, or a part of it, sent the message.
[[nodiscard]] bool is_from(GstMessage* message, const char* factory);

}  // namespace arete_gstreamer
