// SPDX-License-Identifier: Apache-2.0
#include <gst/rtsp/gstrtsptransport.h>

#include <string>

#include "pipeline.hpp"

namespace arete_gstreamer {
namespace {

/// Only the video of the server's streams is asked for.
gboolean on_select(GstElement* /*reader*/, guint /*number*/, GstCaps* caps, gpointer /*self*/) {
  const GstStructure* const stream = gst_caps_get_structure(caps, 0);
  return text_of(gst_structure_get_string(stream, "media")) == "video" ? TRUE : FALSE;
}

void on_stream(GstElement* /*reader*/, GstPad* pad, gpointer decoder) {
  const ObjectPtr<GstPad> target(
      gst_element_get_static_pad(static_cast<GstElement*>(decoder), "sink"));
  if (gst_pad_is_linked(target.get()) == FALSE) {
    gst_pad_link(pad, target.get());  // decodebin takes anything
  }
}

void on_last_stream(GstElement* reader, gpointer self) {
  if (reader->numsrcpads == 0) {
    static_cast<Pipeline*>(self)->watch.fail(ARETE_UNSUPPORTED, "the server offers no video");
  }
}

}  // namespace

void build_rtsp(Pipeline& pipeline) {
  const Request& request = pipeline.request;
  GstElement* const reader = pipeline.add("rtspsrc");
  // Over TCP nothing is lost or out of order, so there is nothing to wait for.
  g_object_set(reader, "location", request.url.c_str(), "protocols", GST_RTSP_LOWER_TRANS_TCP,
               "latency", 0U, "tcp-timeout", static_cast<guint64>(request.timeout.count() / 1000),
               nullptr);
  if (!request.user.empty() || !request.password.empty()) {
    g_object_set(reader, "user-id", request.user.c_str(), "user-pw", request.password.c_str(),
                 nullptr);
  }
  g_signal_connect(reader, "select-stream", G_CALLBACK(on_select), nullptr);
  g_signal_connect(reader, "pad-added", G_CALLBACK(on_stream), pipeline.add_decoder());
  g_signal_connect(reader, "no-more-pads", G_CALLBACK(on_last_stream), &pipeline);
}

}  // namespace arete_gstreamer
