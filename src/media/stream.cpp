// SPDX-License-Identifier: Apache-2.0
#include "media/stream.hpp"

namespace arete::media {

std::string_view name_of(MediaKind kind) {
  switch (kind) {
    case MediaKind::kVideo:
      return "video";
    case MediaKind::kAudio:
      return "audio";
    case MediaKind::kSeries:
      return "series";
  }
  return "unknown";
}

Nanoseconds media_time_of(const MediaPacket& packet) {
  if (const auto* frame = std::get_if<VideoFrame>(&packet)) {
    return frame->media_time;
  }
  if (const auto* audio = std::get_if<AudioBlock>(&packet)) {
    return audio->media_time;
  }
  const auto& rows = std::get<SeriesBlock>(packet);
  return rows.times.empty() ? Nanoseconds{0} : rows.times.front();
}

}  // namespace arete::media
