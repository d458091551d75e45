// One source's video files: begun with the second frame, when the rate shows, and anew when the
// size of the frames changes. Internal to the elements. Threads: serial.
// Errors: after one the stream is given up, and each frame says so.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "media/stream.hpp"
#include "pipeline/elements/write_video_element.hpp"
#include "transform/convert_picture.hpp"

namespace arete::pipeline {

struct VideoOptions {
  double frames_per_second = 0;  ///< 0 = by the first two frames' times
  int kilobits_per_second = 0;
};

class VideoParts {
 public:
  /// Further parts of "a.mp4" are "a_2.mp4" and so on.
  VideoParts(io::Path path, const VideoOptions& options, const CreateVideo& create)
      : path_(std::move(path)), options_(options), create_(&create) {}

  [[nodiscard]] Status write(const media::VideoFrame& frame, Nanoseconds media_time);
  [[nodiscard]] Status finish();

 private:
  struct Waiting {
    media::VideoFrame frame;
    Nanoseconds time;
  };

  [[nodiscard]] Status accept(const media::VideoFrame& frame, Nanoseconds media_time);
  [[nodiscard]] Status begin(double frames_per_second);
  [[nodiscard]] Status put(const media::VideoFrame& frame, Nanoseconds media_time);
  [[nodiscard]] Status end_part();

  io::Path path_;
  VideoOptions options_;
  const CreateVideo* create_;
  int parts_ = 0;
  int width_ = 0;  ///< of the part
  int height_ = 0;
  std::optional<Waiting> first_;
  std::unique_ptr<media::VideoWriter> writer_;
  Nanoseconds last_{-1};
  std::optional<Error> failure_;
  transform::PictureConverter converter_;
  tensor::Picture converted_;
};

}  // namespace arete::pipeline
