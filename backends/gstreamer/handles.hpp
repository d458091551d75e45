// What GLib counts references of, held by unique_ptr.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>

namespace arete_gstreamer {

struct Unref {
  void operator()(gpointer object) const { gst_object_unref(object); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(gchar* text) const { g_free(text); }
};

/// A GstElement, GstPad, GstBus ...
template <class Object>
using ObjectPtr = std::unique_ptr<Object, Unref>;
using CapsPtr = std::unique_ptr<GstCaps, Unref>;
using SamplePtr = std::unique_ptr<GstSample, Unref>;
using BufferPtr = std::unique_ptr<GstBuffer, Unref>;
using ErrorPtr = std::unique_ptr<GError, Unref>;
using TextPtr = std::unique_ptr<gchar, Unref>;

/// "" for NULL.
inline std::string text_of(const gchar* text) { return text == nullptr ? "" : text; }

}  // namespace arete_gstreamer
