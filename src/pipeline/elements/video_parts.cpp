// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/video_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "pipeline/elements/element_input.hpp"

namespace arete::pipeline {
namespace {

constexpr double kDefaultRate = 25;
constexpr double kLowestRate = 0.1;
constexpr double kHighestRate = 240;
/// Between frames that say they are of one time: a file's times must grow.
constexpr Nanoseconds kShortestStep = std::chrono::milliseconds(1);

io::Path path_of_part(const io::Path& path, int part) {
  if (part == 1) {
    return path;
  }
  io::Path next = path;
  next.replace_filename(
      fmt::format("{}_{}{}", path.stem().string(), part, path.extension().string()));
  return next;
}

}  // namespace

Status VideoParts::write(const media::VideoFrame& frame, Nanoseconds media_time) {
  if (failure_) {
    return std::unexpected<Error>(*failure_);
  }
  Status written = accept(frame, media_time);
  if (!written) {
    failure_ = written.error();
    writer_.reset();
    first_.reset();
  }
  return written;
}

Status VideoParts::accept(const media::VideoFrame& frame, Nanoseconds media_time) {
  const bool begun = writer_ != nullptr || first_.has_value();
  if (begun && (frame.view.width != width_ || frame.view.height != height_)) {
    ARETE_LOG(kWarning, "video_new_part", {"file", path_.string()}, {"part", parts_ + 1},
              {"width", frame.view.width}, {"height", frame.view.height});
    ARETE_TRY(end_part());
  }
  width_ = frame.view.width;
  height_ = frame.view.height;
  if (writer_ == nullptr && !first_) {
    first_ = Waiting{frame, media_time};
    return {};
  }
  if (writer_ == nullptr) {
    const double seconds = to_seconds(media_time - first_->time);
    ARETE_TRY(begin(seconds > 0 ? 1 / seconds : kDefaultRate));
  }
  return put(frame, media_time);
}

Status VideoParts::begin(double frames_per_second) {
  ++parts_;
  media::VideoSettings settings;
  settings.width = width_;
  settings.height = height_;
  settings.frames_per_second = options_.frames_per_second > 0
                                   ? options_.frames_per_second
                                   : std::clamp(frames_per_second, kLowestRate, kHighestRate);
  settings.kilobits_per_second = options_.kilobits_per_second;
  ARETE_TRY_ASSIGN(writer_, (*create_)(path_of_part(path_, parts_), settings));
  const Waiting waiting = *std::exchange(first_, std::nullopt);
  return put(waiting.frame, waiting.time);
}

Status VideoParts::put(const media::VideoFrame& frame, Nanoseconds media_time) {
  last_ = std::max(media_time, last_ + kShortestStep);
  if (frame.view.format != tensor::PixelFormat::kYuyv) {
    return writer_->write(frame.view, last_);
  }
  ARETE_TRY(converter_.run(frame.view, tensor::PixelFormat::kRgb, converted_));
  return writer_->write(converted_.view(), last_);
}

Status VideoParts::end_part() {
  if (first_) {
    ARETE_TRY(begin(kDefaultRate));  // a single frame has no rate
  }
  if (writer_ == nullptr) {
    return {};
  }
  const std::unique_ptr<media::VideoWriter> writer = std::move(writer_);
  return writer->finish();
}

Status VideoParts::finish() {
  if (failure_) {
    return {};  // said already, for each frame
  }
  return end_part();
}

}  // namespace arete::pipeline
