// Opening a source by what a person writes: a clip, a camera, an RTSP address, a folder of
// pictures, a sound file, sensor rows. Files of pictures, raw frames, WAV, CSV and the test picture
// are built in; clips, cameras, microphones and RTSP need the media plug-in. Errors: kNotFound for
// a missing file, kUnavailable if the plug-in or device cannot be had (with the reason), kCorrupt
// or kUnsupported for what cannot be read. Threads: free functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/files.hpp"
#include "media/stream.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

enum class SourceKind : std::uint8_t {
  kVideo,       ///< a clip: anything the plug-in can decode
  kCamera,      ///< a V4L2 device
  kRtsp,        ///< rtsp:// or rtsps://
  kPictures,    ///< a picture or a folder of them; goes on behind one that cannot be read
  kRaw,         ///< frames one behind the other without headers
  kWav,         ///< RIFF WAVE
  kMicrophone,  ///< an ALSA device
  kCsv,         ///< rows of numbers below a line of column names
  kTest,        ///< a moving pattern, made here
};

/// "video", "camera", "rtsp", "pictures", "raw", "wav", "microphone", "csv", "test".
[[nodiscard]] std::string_view name_of(SourceKind kind);

struct SourceSettings {
  SourceKind kind = SourceKind::kVideo;
  std::string url;  ///< path, device or address; unused for kTest
  double frames_per_second =
      0;          ///< kPictures, kRaw, kTest: their rate (0 = 25); camera: what to ask for
  int width = 0;  ///< kRaw, kTest: needed; camera: what to ask for (0 = its own)
  int height = 0;
  tensor::PixelFormat format = tensor::PixelFormat::kI420;  ///< kRaw, kTest
  std::int64_t frames = 0;                                  ///< kTest: the end; 0 = endless
  int sample_rate_hz = 0;   ///< microphone: what to ask for (0 = 16000)
  int block = 0;            ///< samples or rows a packet; 0 = a fiftieth of a second, or 1 row
  std::string time_column;  ///< kCsv: seconds; empty = rows come at `rate_hz`
  double rate_hz = 0;       ///< kCsv without a time column
  bool newest = true;       ///< live: a frame nobody has taken yet gives way to the next one
  Nanoseconds timeout = std::chrono::seconds(10);  ///< live: nothing for so long is an error
};

/// What a person probably means by `url`: by its scheme, device name or ending, or since it is a
/// folder. kInvalid, naming the kinds, where nothing fits.
[[nodiscard]] Result<SourceKind> guess_kind(io::Files& files, const std::string& url);

/// `files` and `clock` must outlive the source.
[[nodiscard]] Result<std::unique_ptr<Source>> open_source(io::Files& files, Clock& clock,
                                                          const SourceSettings& settings);

}  // namespace arete::media
