// GStreamer's elements by name, and the Debian packages that have them, so that a missing one can
// be told apart from a broken file and mended.
// Errors: ARETE_UNAVAILABLE names the element and the package.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/gst.h>

#include <string>
#include <string_view>

namespace arete_gstreamer {

/// Whether GStreamer has it. Elements that we do not name are found by decodebin alone.
[[nodiscard]] bool has_element(const char* factory);

/// Makes one and gives it to `bin`.
[[nodiscard]] GstElement* add_element(GstElement* bin, const char* factory);

/// "GStreamer's element 'x264enc' is missing: install gstreamer1.0-plugins-ugly".
[[nodiscard]] std::string missing_element(std::string_view factory);

/// Debian packages with a decoder for streams of this kind, as "a or b".
[[nodiscard]] std::string_view decoder_package(std::string_view media_type);

/// Throws ARETE_INTERNAL if the two cannot be linked.
void link(GstElement* from, GstElement* to);

}  // namespace arete_gstreamer
