// A GStreamer pipeline that ends in an appsink, while it is put together: what the builders of the
// single kinds of sources share.
// Threads: built by one; decodebin's callbacks come on GStreamer's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include "handles.hpp"
#include "request.hpp"
#include "watch.hpp"

namespace arete_gstreamer {

/// Stays where it is as long as its pipeline runs: GStreamer's callbacks hold its address.
struct Pipeline {
  explicit Pipeline(Request asked);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  /// Stops everything.
  ~Pipeline();

  [[nodiscard]] GstElement* bin() const { return element.get(); }
  [[nodiscard]] GstElement* add(const char* factory);
  /// decodebin with the request's kind of stream decoded and led into the sink.
  [[nodiscard]] GstElement* add_decoder();
  /// Throws what was reported where the state cannot be reached.
  void go_to(GstState state);
  [[nodiscard]] Watch::Deadline deadline() const;

  Request request;
  Watch watch;
  ObjectPtr<GstElement> element;
  GstAppSink* sink = nullptr;       ///< the bin's
  GstElement* into_sink = nullptr;  ///< what decoded streams are led into; the sink by default
};

void build_clip(Pipeline& pipeline);
void build_rtsp(Pipeline& pipeline);
void build_camera(Pipeline& pipeline);
void build_microphone(Pipeline& pipeline);

/// Lets sound of any kind become floats of one channel at the wanted rate.
void add_sound_converters(Pipeline& pipeline);

}  // namespace arete_gstreamer
