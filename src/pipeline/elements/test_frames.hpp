// Packets with pictures that have content, for tests of elements that look at or write them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "media/frame_layout.hpp"
#include "media/stream.hpp"
#include "pipeline/elements/test_elements.hpp"
#include "pipeline/packet.hpp"
#include "tensor/picture.hpp"

namespace arete::pipeline {

/// A frame in one color: luma (or each channel) `level`, no chroma.
inline Packet plain_packet(tensor::PixelFormat format, int width, int height, double seconds,
                           std::uint8_t level = 128) {
  const auto memory = std::make_shared<std::vector<std::uint8_t>>(
      media::frame_bytes(format, width, height).value(), std::uint8_t{128});
  const tensor::PictureView view = media::frame_view(format, width, height, memory->data());
  if (format == tensor::PixelFormat::kYuyv) {
    for (std::size_t i = 0; i < memory->size(); i += 2) {
      (*memory)[i] = level;
    }
  } else {
    std::fill_n(memory->begin(), view.stride * height, level);
  }
  Packet packet;
  packet.stamp.media_time = at_seconds(seconds);
  packet.stamp.captured = at_seconds(seconds + 1000);
  packet.media = std::make_shared<const media::MediaPacket>(
      media::VideoFrame{view, memory, packet.stamp.media_time, ""});
  return packet;
}

/// The same frame as if it had been a file.
inline Packet named(Packet packet, const std::string& file) {
  media::VideoFrame frame = *packet.frame();
  frame.file = file;
  packet.media = std::make_shared<const media::MediaPacket>(std::move(frame));
  return packet;
}

inline Packet with_event(Packet packet, const std::string& kind) {
  EventRecord event;
  event.element = "rule";
  event.kind = kind;
  packet.events.push_back(std::move(event));
  return packet;
}

inline Packet with_detection(Packet packet, const tensor::Detection& detection,
                             const std::string& element = "detector") {
  ElementResult result;
  result.element = element;
  result.findings.detections.push_back(detection);
  packet.set_result(std::move(result));
  return packet;
}

}  // namespace arete::pipeline
