// A packet lent to the host: a mapped GstBuffer that goes back to its decoder when released. Needs
// neither the source nor the pipeline that it came from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include <cstdint>
#include <memory>

#include "arete/source.h"
#include "handles.hpp"

namespace arete_gstreamer {

/// The formats that packets can have, as GStreamer lists them.
inline constexpr const char* kVideoFormats = "{ I420, NV12, YV12, YUY2, GRAY8, RGB, BGR }";

class Packet {
 public:
  virtual ~Packet() = default;
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;

  [[nodiscard]] static const arete_media_packet* lend(std::unique_ptr<Packet> packet);
  static void release(const arete_media_packet* packet);

 protected:
  explicit Packet(arete_media_kind media, std::int64_t time_ns);
  [[nodiscard]] arete_media_packet& plain() { return lent_.plain; }

 private:
  /// What the host holds leads back to its owner.
  struct Lent {
    arete_media_packet plain;
    Packet* owner;
  };
  Lent lent_{};
};

/// Throws ARETE_INTERNAL if the memory cannot be read.
[[nodiscard]] std::unique_ptr<Packet> video_packet(SamplePtr sample, const GstVideoInfo& info,
                                                   std::int64_t time_ns);
/// Samples of one channel of floats.
[[nodiscard]] std::unique_ptr<Packet> audio_packet(SamplePtr sample, std::int64_t time_ns);

}  // namespace arete_gstreamer
