// SPDX-License-Identifier: Apache-2.0
#include "elements.hpp"

#include <algorithm>
#include <array>

#include "arete/plugin/failure.hpp"
#include "handles.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

struct Packaged {
  std::string_view name;
  std::string_view package;
};

/// Debian 12 and 13.
constexpr std::array kElements{
    Packaged{"alsasrc", "gstreamer1.0-alsa"},
    Packaged{"appsink", "gstreamer1.0-plugins-base"},
    Packaged{"appsrc", "gstreamer1.0-plugins-base"},
    Packaged{"audioconvert", "gstreamer1.0-plugins-base"},
    Packaged{"audioresample", "gstreamer1.0-plugins-base"},
    Packaged{"decodebin", "gstreamer1.0-plugins-base"},
    Packaged{"h264parse", "gstreamer1.0-plugins-bad"},
    Packaged{"jpegdec", "gstreamer1.0-plugins-good"},
    Packaged{"mp4mux", "gstreamer1.0-plugins-good"},
    Packaged{"openh264enc", "gstreamer1.0-plugins-bad"},
    Packaged{"rtspsrc", "gstreamer1.0-plugins-good"},
    Packaged{"v4l2src", "gstreamer1.0-plugins-good"},
    Packaged{"x264enc", "gstreamer1.0-plugins-ugly"},
};

/// By the beginning of the media type; the first that fits counts.
constexpr std::array kDecoders{
    Packaged{"application/x-rtp", "gstreamer1.0-plugins-good"},
    Packaged{"image/", "gstreamer1.0-plugins-good"},
    Packaged{"video/mpegts", "gstreamer1.0-plugins-bad"},
    Packaged{"video/quicktime", "gstreamer1.0-plugins-good"},
    Packaged{"video/webm", "gstreamer1.0-plugins-good"},
    Packaged{"video/x-av1", "gstreamer1.0-libav or gstreamer1.0-plugins-bad"},
    Packaged{"video/x-flv", "gstreamer1.0-plugins-good"},
    Packaged{"video/x-matroska", "gstreamer1.0-plugins-good"},
    Packaged{"video/x-msvideo", "gstreamer1.0-plugins-good"},
    Packaged{"video/x-vp", "gstreamer1.0-plugins-good"},
    Packaged{"", "gstreamer1.0-libav"},
};

}  // namespace

bool has_element(const char* factory) {
  return ObjectPtr<GstElementFactory>(gst_element_factory_find(factory)) != nullptr;
}

GstElement* add_element(GstElement* bin, const char* factory) {
  GstElement* const element = gst_element_factory_make(factory, nullptr);
  if (element == nullptr) {
    throw Failure(ARETE_UNAVAILABLE, missing_element(factory));
  }
  gst_bin_add(GST_BIN(bin), element);
  return element;
}

std::string missing_element(std::string_view factory) {
  const auto* const found = std::ranges::find(kElements, factory, &Packaged::name);
  std::string text = "GStreamer's element '" + std::string(factory) + "' is missing";
  if (found != kElements.end()) {
    text += ": install " + std::string(found->package);
  }
  return text;
}

std::string_view decoder_package(std::string_view media_type) {
  const auto* const found = std::ranges::find_if(
      kDecoders, [&](const Packaged& it) { return media_type.starts_with(it.name); });
  return found->package;
}

void link(GstElement* from, GstElement* to) {
  if (gst_element_link(from, to) == FALSE) {
    const TextPtr first(gst_element_get_name(from));
    const TextPtr second(gst_element_get_name(to));
    throw Failure(ARETE_INTERNAL,
                  "cannot link " + text_of(first.get()) + " to " + text_of(second.get()));
  }
}

}  // namespace arete_gstreamer
