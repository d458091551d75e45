// Cameras and microphones.
// SPDX-License-Identifier: Apache-2.0
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "arete/plugin/failure.hpp"
#include "camera_modes.hpp"
#include "elements.hpp"
#include "pipeline.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

std::string cameras_here() {
  glob_t found{};
  std::string text;
  if (::glob("/dev/video*", 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      text += (i == 0 ? "" : ", ") + std::string(found.gl_pathv[i]);
    }
  }
  ::globfree(&found);
  return text.empty() ? "this machine has none" : "this machine has " + text;
}

void check_device(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    const int code = errno;
    throw Failure(code == EACCES ? ARETE_DENIED : ARETE_NOT_FOUND,
                  std::string(std::strerror(code)) + "; " + cameras_here());
  }
  if (!S_ISCHR(status.st_mode)) {
    throw Failure(ARETE_INVALID, "it is not a device; " + cameras_here());
  }
  if (::access(path.c_str(), R_OK | W_OK) != 0) {
    throw Failure(ARETE_DENIED, std::string(std::strerror(errno)) +
                                    "; cameras are open to members of the group 'video'");
  }
}

}  // namespace

void build_camera(Pipeline& pipeline) {
  const Request& request = pipeline.request;
  check_device(request.url);
  GstElement* const camera = pipeline.add("v4l2src");
  g_object_set(camera, "device", request.url.c_str(), nullptr);
  pipeline.go_to(GST_STATE_READY);  // now it knows what the device offers
  const ObjectPtr<GstPad> pad(gst_element_get_static_pad(camera, "src"));
  const CapsPtr offered(gst_pad_query_caps(pad.get(), nullptr));
  const CameraMode mode =
      choose_mode(offered.get(), {request.width, request.height, request.frames_per_second});
  GstElement* const filter = pipeline.add("capsfilter");
  g_object_set(filter, "caps", mode.caps.get(), nullptr);
  link(camera, filter);
  GstElement* last = filter;
  if (mode.jpeg) {
    last = pipeline.add("jpegdec");
    link(filter, last);
  }
  link(last, GST_ELEMENT(pipeline.sink));
}

void build_microphone(Pipeline& pipeline) {
  add_sound_converters(pipeline);
  GstElement* const microphone = pipeline.add("alsasrc");
  g_object_set(microphone, "device", pipeline.request.url.c_str(), nullptr);
  link(microphone, pipeline.into_sink);
}

}  // namespace arete_gstreamer
