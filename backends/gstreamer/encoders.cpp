// SPDX-License-Identifier: Apache-2.0
#include "encoders.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "arete/plugin/failure.hpp"
#include "elements.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

constexpr int kQuality = 21;  ///< x264's rate factor: hard to tell from the original

/// Annotated pictures beside a running model: fast, few frames in memory, two threads at most.
void set_up_x264(GstElement* element, int kilobits_per_second) {
  gst_util_set_object_arg(G_OBJECT(element), "speed-preset", "veryfast");
  g_object_set(element, "threads", 2U, "rc-lookahead", 10, nullptr);
  if (kilobits_per_second > 0) {
    g_object_set(element, "bitrate", static_cast<guint>(kilobits_per_second), nullptr);
  } else {
    gst_util_set_object_arg(G_OBJECT(element), "pass", "qual");
    g_object_set(element, "quantizer", static_cast<guint>(kQuality), nullptr);
  }
}

void set_up_openh264(GstElement* element, int kilobits_per_second) {
  if (kilobits_per_second > 0) {
    const std::int64_t bits = std::int64_t{kilobits_per_second} * 1000;
    g_object_set(element, "bitrate", static_cast<guint>(std::min<std::int64_t>(bits, G_MAXINT32)),
                 nullptr);
  } else {
    gst_util_set_object_arg(G_OBJECT(element), "rate-control", "off");
    g_object_set(element, "qp-min", 20U, "qp-max", 28U, nullptr);
  }
}

/// Boards' own encoders keep their own idea of quality.
void set_up_v4l2(GstElement* element, int kilobits_per_second) {
  if (kilobits_per_second > 0) {
    GstStructure* const controls = gst_structure_new(
        "controls", "video_bitrate", G_TYPE_INT,
        static_cast<gint>(std::min(kilobits_per_second, 2'000'000) * 1000), nullptr);
    g_object_set(element, "extra-controls", controls, nullptr);
    gst_structure_free(controls);
  }
}

void set_up_vaapi(GstElement* element, int kilobits_per_second) {
  if (kilobits_per_second > 0) {
    g_object_set(element, "bitrate", static_cast<guint>(kilobits_per_second), nullptr);
  }
}

constexpr std::array kEncoders{
    Encoder{"x264enc", ARETE_PIXELS_I420, false, set_up_x264},
    Encoder{"openh264enc", ARETE_PIXELS_I420, true, set_up_openh264},
    Encoder{"v4l2h264enc", ARETE_PIXELS_NV12, true, set_up_v4l2},
    Encoder{"vaapih264enc", ARETE_PIXELS_NV12, true, set_up_vaapi},
};

}  // namespace

const Encoder& best_encoder() {
  const auto* const found = std::ranges::find_if(kEncoders, [](const Encoder& encoder) {
    return has_element(encoder.factory) && (!encoder.needs_parser || has_element("h264parse"));
  });
  if (found == kEncoders.end()) {
    throw Failure(ARETE_UNAVAILABLE,
                  "GStreamer has no H.264 encoder: install gstreamer1.0-plugins-ugly (x264enc) or "
                  "gstreamer1.0-plugins-bad (openh264enc)");
  }
  return *found;
}

}  // namespace arete_gstreamer
