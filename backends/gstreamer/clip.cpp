// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "arete/plugin/failure.hpp"
#include "elements.hpp"
#include "pipeline.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

/// GStreamer's own words for these hide what is wrong.
void check_readable(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int code = errno;
    const std::string reason = std::strerror(code);
    throw Failure(code == EACCES || code == EPERM     ? ARETE_DENIED
                  : code == ENOENT || code == ENOTDIR ? ARETE_NOT_FOUND
                                                      : ARETE_IO,
                  reason);
  }
  struct stat status{};
  const int result = ::fstat(descriptor, &status);
  ::close(descriptor);
  if (result == 0 && S_ISDIR(status.st_mode)) {
    throw Failure(ARETE_INVALID, "it is a folder");
  }
  if (result == 0 && S_ISREG(status.st_mode) && status.st_size == 0) {
    throw Failure(ARETE_CORRUPT, "the file is empty");
  }
}

GstElement* add_reader(Pipeline& pipeline) {
  const std::string& url = pipeline.request.url;
  constexpr const char* kFile = "file://";
  const bool has_scheme = gst_uri_is_valid(url.c_str()) != FALSE && url.find("://") != url.npos;
  if (!has_scheme) {
    check_readable(url);
    GstElement* const reader = pipeline.add("filesrc");
    g_object_set(reader, "location", url.c_str(), nullptr);
    return reader;
  }
  if (url.starts_with(kFile)) {
    GError* error = nullptr;
    const TextPtr path(g_filename_from_uri(url.c_str(), nullptr, &error));
    const ErrorPtr owned(error);
    if (path == nullptr) {
      throw Failure(ARETE_INVALID, error == nullptr ? "no path" : text_of(error->message));
    }
    check_readable(path.get());
  }
  GError* error = nullptr;
  GstElement* const reader = gst_element_make_from_uri(GST_URI_SRC, url.c_str(), nullptr, &error);
  const ErrorPtr owned(error);
  if (reader == nullptr) {
    throw Failure(ARETE_UNAVAILABLE,
                  "GStreamer cannot read such an address: install gstreamer1.0-plugins-good");
  }
  gst_bin_add(GST_BIN(pipeline.bin()), reader);
  return reader;
}

}  // namespace

void build_clip(Pipeline& pipeline) {
  if (pipeline.request.media == ARETE_MEDIA_AUDIO) {
    add_sound_converters(pipeline);
  }
  GstElement* const reader = add_reader(pipeline);
  link(reader, pipeline.add_decoder());
}

}  // namespace arete_gstreamer
