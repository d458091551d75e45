// Writing pictures as an MP4 file (H.264) through the media plug-in. The file appears under its
// name when finish() succeeds; a writer that is dropped before leaves nothing. Errors: kUnavailable
// without the plug-in or an encoder, kIo and kNoSpace from the disk. Threads: serial.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/files.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

struct VideoSettings {
  int width = 0;  ///< pixels, of all frames; an odd last row or column is left out (H.264)
  int height = 0;
  double frames_per_second = 25;  ///< what players are told; frames keep their own times
  int kilobits_per_second = 0;    ///< 0 = constant quality
};

class VideoWriter {
 public:
  virtual ~VideoWriter() = default;
  /// RGB, BGR, gray, NV12 or I420. Times must grow.
  [[nodiscard]] virtual Status write(const tensor::PictureView& picture,
                                     Nanoseconds media_time) = 0;
  [[nodiscard]] virtual Status finish() = 0;
};

[[nodiscard]] Result<std::unique_ptr<VideoWriter>> create_video(const io::Path& path,
                                                                const VideoSettings& settings);

}  // namespace arete::media
