// Frames into an MP4 file. The caller fills the encoder's own memory, so there is no copy between.
// Threads: as arete/source.h says of a writer. Errors: thrown as Failure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <cstdint>
#include <string>

#include "arete/source.h"
#include "handles.hpp"
#include "watch.hpp"

namespace arete_gstreamer {

class Writer {
 public:
  explicit Writer(const arete_video_request* request);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  void frame_memory(arete_video_canvas& out);
  void write(std::int64_t time_ns);
  void finish();

 private:
  void set_format(const arete_video_request& request);
  void build(const arete_video_request& request, const std::string& path);
  void make_pool();
  void drop_frame();

  Watch watch_;
  ObjectPtr<GstElement> pipeline_;
  GstAppSrc* feed_ = nullptr;  ///< the pipeline's
  ObjectPtr<GstBufferPool> pool_;
  GstVideoInfo info_{};
  CapsPtr caps_;
  BufferPtr buffer_;  ///< that the caller fills
  GstVideoFrame frame_{};
  int waiting_ = 0;  ///< frames between us and the encoder; guarded by the watch
  std::int64_t last_ns_ = -1;
  bool finished_ = false;
};

}  // namespace arete_gstreamer
