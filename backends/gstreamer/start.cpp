// SPDX-License-Identifier: Apache-2.0
#include "start.hpp"

#include <gst/gst.h>

#include <cstdint>
#include <mutex>
#include <string>

#include "arete/plugin/failure.hpp"
#include "arete/plugin/host.hpp"
#include "handles.hpp"

namespace arete_gstreamer {
namespace {

std::int32_t host_level(GstDebugLevel level) {
  if (level <= GST_LEVEL_ERROR) {
    return 3;
  }
  if (level <= GST_LEVEL_FIXME) {
    return 2;
  }
  return level <= GST_LEVEL_INFO ? 1 : 0;
}

/// Only what the user's GST_DEBUG lets through comes here.
void log_gstreamer(GstDebugCategory* category, GstDebugLevel level, const gchar* /*file*/,
                   const gchar* /*function*/, gint /*line*/, GObject* /*object*/,
                   GstDebugMessage* message, gpointer /*user*/) {
  const std::string text = text_of(gst_debug_category_get_name(category)) + ": " +
                           text_of(gst_debug_message_get(message));
  arete::plugin::log(host_level(level), text.c_str());
}

/// GLib would print to standard error. Its complaints concern developers; none is an error of ours.
void log_glib(const gchar* domain, GLogLevelFlags /*level*/, const gchar* message,
              gpointer /*user*/) {
  const std::string text = text_of(domain) + ": " + text_of(message);
  arete::plugin::log(0, text.c_str());
}

}  // namespace

void start() {
  static std::once_flag once;
  static std::string reason;
  std::call_once(once, [] {
    g_log_set_default_handler(log_glib, nullptr);
    gst_debug_remove_log_function(gst_debug_log_default);
    gst_debug_add_log_function(log_gstreamer, nullptr, nullptr);
    GError* error = nullptr;
    if (gst_init_check(nullptr, nullptr, &error) == FALSE) {
      const ErrorPtr owned(error);
      reason = error == nullptr ? "GStreamer does not start" : text_of(error->message);
    }
  });
  if (!reason.empty()) {
    throw arete::plugin::Failure(ARETE_UNAVAILABLE, reason);
  }
}

}  // namespace arete_gstreamer
