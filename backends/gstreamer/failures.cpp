// SPDX-License-Identifier: Apache-2.0
#include "failures.hpp"

#include <string_view>

#include "handles.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

arete_code code_of_resource(gint code) {
  switch (code) {
    case GST_RESOURCE_ERROR_NOT_FOUND:
      return ARETE_NOT_FOUND;
    case GST_RESOURCE_ERROR_NOT_AUTHORIZED:
      return ARETE_DENIED;
    case GST_RESOURCE_ERROR_NO_SPACE_LEFT:
      return ARETE_NO_SPACE;
    case GST_RESOURCE_ERROR_BUSY:
    case GST_RESOURCE_ERROR_OPEN_READ:
    case GST_RESOURCE_ERROR_OPEN_WRITE:
    case GST_RESOURCE_ERROR_OPEN_READ_WRITE:
      return ARETE_UNAVAILABLE;
    case GST_RESOURCE_ERROR_SETTINGS:
      return ARETE_INVALID;
    default:
      return ARETE_IO;
  }
}

arete_code code_of_stream(gint code) {
  switch (code) {
    case GST_STREAM_ERROR_CODEC_NOT_FOUND:
      return ARETE_UNAVAILABLE;
    case GST_STREAM_ERROR_TYPE_NOT_FOUND:
    case GST_STREAM_ERROR_WRONG_TYPE:
    case GST_STREAM_ERROR_NOT_IMPLEMENTED:
    case GST_STREAM_ERROR_FORMAT:
      return ARETE_UNSUPPORTED;
    case GST_STREAM_ERROR_DECRYPT:
    case GST_STREAM_ERROR_DECRYPT_NOKEY:
      return ARETE_DENIED;
    case GST_STREAM_ERROR_ENCODE:
      return ARETE_INTERNAL;
    default:
      return ARETE_CORRUPT;
  }
}

arete_code code_of(const GError& error) {
  if (error.domain == GST_RESOURCE_ERROR) {
    return code_of_resource(error.code);
  }
  if (error.domain == GST_STREAM_ERROR) {
    return code_of_stream(error.code);
  }
  const bool missing =
      error.domain == GST_CORE_ERROR && error.code == GST_CORE_ERROR_MISSING_PLUGIN;
  return missing ? ARETE_UNAVAILABLE : ARETE_INTERNAL;
}

/// The part that a person understands: what follows the line of source places, without its end.
std::string detail_of(std::string_view debug) {
  const std::size_t end = debug.find('\n');
  if (end == std::string_view::npos) {
    return "";
  }
  debug.remove_prefix(end + 1);
  while (debug.ends_with('\n') || debug.ends_with('.') || debug.ends_with(' ')) {
    debug.remove_suffix(1);
  }
  return std::string(debug);
}

Failure make(const GError& error, const std::string& debug) {
  std::string text = text_of(error.message);
  while (text.ends_with('.') || text.ends_with('\n')) {
    text.pop_back();
  }
  const std::string detail = detail_of(debug);
  if (!detail.empty() && detail != text) {
    text += ": " + detail;
  }
  return {code_of(error), text};
}

}  // namespace

Failure failure_of(GstMessage* message, const std::string& missing) {
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  const ErrorPtr owned(error);
  const TextPtr owned_debug(debug);
  Failure failure = make(*error, text_of(debug));
  if (failure.code() == ARETE_UNAVAILABLE && error->domain != GST_RESOURCE_ERROR &&
      !missing.empty()) {
    return {ARETE_UNAVAILABLE, missing};
  }
  return failure;
}

Failure warning_of(GstMessage* message) {
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_warning(message, &error, &debug);
  const ErrorPtr owned(error);
  const TextPtr owned_debug(debug);
  return make(*error, text_of(debug));
}

bool is_from(GstMessage* message, const char* factory) {
  GstObject* const source = GST_MESSAGE_SRC(message);
  if (source == nullptr || !GST_IS_ELEMENT(source)) {
    return false;
  }
  GstElementFactory* const made_by = gst_element_get_factory(GST_ELEMENT(source));
  return made_by != nullptr &&
         text_of(gst_plugin_feature_get_name(GST_PLUGIN_FEATURE(made_by))) == factory;
}

}  // namespace arete_gstreamer
