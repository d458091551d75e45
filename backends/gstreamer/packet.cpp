// SPDX-License-Identifier: Apache-2.0
#include "packet.hpp"

#include <utility>

#include "arete/plugin/failure.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

arete_pixels pixels_of(GstVideoFormat format) {
  switch (format) {
    case GST_VIDEO_FORMAT_NV12:
      return ARETE_PIXELS_NV12;
    case GST_VIDEO_FORMAT_I420:
    case GST_VIDEO_FORMAT_YV12:
      return ARETE_PIXELS_I420;
    case GST_VIDEO_FORMAT_YUY2:
      return ARETE_PIXELS_YUYV;
    case GST_VIDEO_FORMAT_GRAY8:
      return ARETE_PIXELS_GRAY;
    case GST_VIDEO_FORMAT_RGB:
      return ARETE_PIXELS_RGB;
    case GST_VIDEO_FORMAT_BGR:
      return ARETE_PIXELS_BGR;
    default:
      throw Failure(ARETE_UNSUPPORTED,
                    "pixels come as " + text_of(gst_video_format_to_string(format)));
  }
}

/// The nearest that we know: BT.2020 and SMPTE 240M are closer to BT.709 than to BT.601.
arete_yuv_matrix matrix_of(const GstVideoColorimetry& color) {
  switch (color.matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT709:
    case GST_VIDEO_COLOR_MATRIX_BT2020:
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M:
      return ARETE_YUV_BT709;
    default:
      return ARETE_YUV_BT601;
  }
}

class VideoPacket final : public Packet {
 public:
  VideoPacket(SamplePtr sample, const GstVideoInfo& info, std::int64_t time_ns)
      : Packet(ARETE_MEDIA_VIDEO, time_ns), sample_(std::move(sample)) {
    plain().format = pixels_of(info.finfo->format);
    GstVideoInfo wanted = info;
    if (gst_video_frame_map(&frame_, &wanted, gst_sample_get_buffer(sample_.get()), GST_MAP_READ) ==
        FALSE) {
      throw Failure(ARETE_INTERNAL, "a frame's memory cannot be read");
    }
    arete_media_packet& out = plain();
    out.width = GST_VIDEO_FRAME_WIDTH(&frame_);
    out.height = GST_VIDEO_FRAME_HEIGHT(&frame_);
    const auto planes = static_cast<int>(GST_VIDEO_FRAME_N_PLANES(&frame_));
    for (int i = 0; i < planes; ++i) {
      out.planes[i] = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, i));
      out.strides[i] = GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, i);
    }
    if (GST_VIDEO_FRAME_FORMAT(&frame_) == GST_VIDEO_FORMAT_YV12) {
      std::swap(out.planes[1], out.planes[2]);
      std::swap(out.strides[1], out.strides[2]);
    }
    out.matrix = matrix_of(info.colorimetry);
    out.range =
        info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 ? ARETE_YUV_FULL : ARETE_YUV_LIMITED;
  }
  VideoPacket(const VideoPacket&) = delete;
  VideoPacket& operator=(const VideoPacket&) = delete;
  ~VideoPacket() override { gst_video_frame_unmap(&frame_); }

 private:
  SamplePtr sample_;
  GstVideoFrame frame_{};
};

class AudioPacket final : public Packet {
 public:
  AudioPacket(SamplePtr sample, std::int64_t time_ns)
      : Packet(ARETE_MEDIA_AUDIO, time_ns), sample_(std::move(sample)) {
    if (gst_buffer_map(gst_sample_get_buffer(sample_.get()), &map_, GST_MAP_READ) == FALSE) {
      throw Failure(ARETE_INTERNAL, "a sound buffer's memory cannot be read");
    }
    const GstStructure* const format =
        gst_caps_get_structure(gst_sample_get_caps(sample_.get()), 0);
    gint rate = 0;
    gst_structure_get_int(format, "rate", &rate);
    arete_media_packet& out = plain();
    out.samples = reinterpret_cast<const float*>(map_.data);
    out.sample_count = map_.size / sizeof(float);
    out.sample_rate_hz = rate;
  }
  AudioPacket(const AudioPacket&) = delete;
  AudioPacket& operator=(const AudioPacket&) = delete;
  ~AudioPacket() override { gst_buffer_unmap(gst_sample_get_buffer(sample_.get()), &map_); }

 private:
  SamplePtr sample_;
  GstMapInfo map_{};
};

}  // namespace

Packet::Packet(arete_media_kind media, std::int64_t time_ns) {
  lent_.plain.struct_size = sizeof(arete_media_packet);
  lent_.plain.media = media;
  lent_.plain.time_ns = time_ns;
}

const arete_media_packet* Packet::lend(std::unique_ptr<Packet> packet) {
  packet->lent_.owner = packet.get();
  return &packet.release()->lent_.plain;
}

void Packet::release(const arete_media_packet* packet) {
  if (packet != nullptr) {
    delete reinterpret_cast<const Lent*>(packet)->owner;  // plain is its first member
  }
}

std::unique_ptr<Packet> video_packet(SamplePtr sample, const GstVideoInfo& info,
                                     std::int64_t time_ns) {
  return std::make_unique<VideoPacket>(std::move(sample), info, time_ns);
}

std::unique_ptr<Packet> audio_packet(SamplePtr sample, std::int64_t time_ns) {
  return std::make_unique<AudioPacket>(std::move(sample), time_ns);
}

}  // namespace arete_gstreamer
