// What comes from a source and the source itself: pictures, sound and sensor rows in their order,
// each with the stream's own time. Not here: opening one (open_source.hpp), pacing, reconnecting
// and dropping, which are the pipeline's.
// Threads: a source is serial; only stop() may be called during next().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

enum class MediaKind : std::uint8_t { kVideo, kAudio, kSeries };

/// "video", "audio", "series".
[[nodiscard]] std::string_view name_of(MediaKind kind);

/// One picture of a stream. The view's memory lives as long as `owner`, which may belong to a
/// decoder that has few such pictures: whoever waits with one makes the source wait.
struct VideoFrame {
  tensor::PictureView view;
  std::shared_ptr<const void> owner;
  Nanoseconds media_time{0};  ///< from the start of the stream; never goes back
  std::string file;           ///< where each picture is a file of its own; else empty
};

/// Consecutive samples of one channel, -1..1; several channels are averaged by the source.
struct AudioBlock {
  int sample_rate_hz = 0;
  std::vector<float> samples;
  Nanoseconds media_time{0};  ///< of the first sample
};

/// Rows of sensor values.
struct SeriesBlock {
  std::shared_ptr<const std::vector<std::string>> columns;
  std::vector<double> values;      ///< [rows, columns], row-major
  std::vector<Nanoseconds> times;  ///< one a row, from the start of the stream; never goes back
};

using MediaPacket = std::variant<VideoFrame, AudioBlock, SeriesBlock>;

[[nodiscard]] Nanoseconds media_time_of(const MediaPacket& packet);

struct StreamInfo {
  MediaKind kind = MediaKind::kVideo;
  std::string name;   ///< what was opened, without a password
  bool live = false;  ///< comes at its own pace and cannot be read again
  int width = 0;      ///< pixels; 0 = known with the first frame
  int height = 0;
  double frames_per_second = 0;      ///< 0 = unknown
  int sample_rate_hz = 0;            ///< of audio
  std::vector<std::string> columns;  ///< of a series
};

class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual const StreamInfo& info() const = 0;
  /// What comes next, waiting for it; nullopt at the end of the stream, then always. After an error
  /// the source is done for: open it anew. kCancelled after stop(), kTimeout if a live source gives
  /// nothing for too long.
  [[nodiscard]] virtual Result<std::optional<MediaPacket>> next() = 0;
  /// From any thread: next() returns soon, now and ever after.
  virtual void stop() = 0;
};

}  // namespace arete::media
