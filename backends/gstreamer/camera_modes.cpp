// SPDX-License-Identifier: Apache-2.0
#include "camera_modes.hpp"

#include <string>
#include <utility>

#include "arete/plugin/failure.hpp"
#include "frame_rate.hpp"
#include "packet.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

/// Modes that an error message lists at most.
constexpr guint kMostListed = 24;

CapsPtr wanted_caps(const std::string& kind, const CameraWish& wish) {
  CapsPtr caps(gst_caps_from_string(kind.c_str()));
  if (wish.width > 0) {
    gst_caps_set_simple(caps.get(), "width", G_TYPE_INT, wish.width, nullptr);
  }
  if (wish.height > 0) {
    gst_caps_set_simple(caps.get(), "height", G_TYPE_INT, wish.height, nullptr);
  }
  if (wish.frames_per_second > 0) {
    const FrameRate rate = frame_rate_of(wish.frames_per_second);
    gst_caps_set_simple(caps.get(), "framerate", GST_TYPE_FRACTION, rate.numerator,
                        rate.denominator, nullptr);
  }
  return caps;
}

std::string field(const GstStructure* mode, const char* name) {
  const GValue* const value = gst_structure_get_value(mode, name);
  if (value == nullptr) {
    return "any";
  }
  if (G_VALUE_HOLDS_STRING(value)) {
    return text_of(g_value_get_string(value));
  }
  const TextPtr text(gst_value_serialize(value));
  return text_of(text.get());
}

/// "YUY2 640x480 at { 30/1, 15/1 }, JPEG 1920x1080 at 30/1".
std::string list_of(const GstCaps* offered) {
  std::string text;
  for (guint i = 0; i < gst_caps_get_size(offered) && i < kMostListed; ++i) {
    const GstStructure* const mode = gst_caps_get_structure(offered, i);
    const bool raw = gst_structure_has_name(mode, "video/x-raw") != FALSE;
    text += (i == 0 ? "" : ", ") +
            (raw ? field(mode, "format") : text_of(gst_structure_get_name(mode))) + " " +
            field(mode, "width") + "x" + field(mode, "height") + " at " + field(mode, "framerate");
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace

CameraMode choose_mode(const GstCaps* offered, const CameraWish& wish) {
  const CapsPtr raw = wanted_caps(std::string("video/x-raw,format=") + kVideoFormats, wish);
  const CapsPtr jpeg = wanted_caps("image/jpeg", wish);
  auto* const all = const_cast<GstCaps*>(offered);  // GStreamer counts no reference here
  for (const CapsPtr* wanted : {&raw, &jpeg}) {
    CapsPtr common(gst_caps_intersect_full(all, wanted->get(), GST_CAPS_INTERSECT_FIRST));
    if (gst_caps_is_empty(common.get()) == FALSE) {
      return {std::move(common), wanted == &jpeg};
    }
  }
  throw Failure(ARETE_INVALID,
                "the camera has no such size and rate; it offers " + list_of(offered));
}

}  // namespace arete_gstreamer
