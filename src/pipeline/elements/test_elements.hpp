// What tests of elements share: one made from YAML text, packets to feed it with, and what came
// out. Threads: one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/parse.hpp"
#include "document/reader.hpp"
#include "io/memory_files.hpp"
#include "media/stream.hpp"
#include "pipeline/element.hpp"
#include "pipeline/packet.hpp"
#include "tensor/picture.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

struct DecisionRecord {
  Decision decision;
  double value;
  double limit;
};

/// Keeps what an element makes.
class CollectingEmitter final : public Emitter {
 public:
  void emit(Packet packet) override { packets.push_back(std::move(packet)); }
  void decide(const Stamp&, Decision decision, double value, double limit) override {
    decisions.push_back({decision, value, limit});
  }

  std::vector<Packet> packets;
  std::vector<DecisionRecord> decisions;
};

/// One element, fed by hand.
class ElementBench {
 public:
  explicit ElementBench(io::Files* other_files = nullptr)
      : context_{.name = "it",
                 .files = other_files != nullptr ? *other_files : files,
                 .clock = clock,
                 .folder = "/home",
                 .pipeline = "test",
                 .sources = {"front", "back"}} {}

  [[nodiscard]] Status make(const ElementType& type, std::string_view yaml) {
    ARETE_TRY_ASSIGN(settings_, document::parse_yaml(yaml, "p.yaml"));
    ARETE_TRY_ASSIGN(auto reader, document::MapReader::open(settings_, "the element"));
    ARETE_TRY_ASSIGN(element, type.make(reader, context_));
    return reader.finish();
  }
  /// Empty if it could be made.
  [[nodiscard]] std::string why_not(const ElementType& type, std::string_view yaml) {
    const Status status = make(type, yaml);
    return status ? "" : status.error().message();
  }
  /// What came out for this one packet.
  std::vector<Packet> feed(Packet packet) {
    out.packets.clear();
    const Status status = element->process(std::move(packet), out);
    error = status ? "" : status.error().message();
    return std::exchange(out.packets, {});
  }
  std::vector<Packet> finish() {
    out.packets.clear();
    const Status status = element->finish(out);
    error = status ? "" : status.error().message();
    return std::exchange(out.packets, {});
  }

  io::MemoryFiles files;
  FakeClock clock;
  CollectingEmitter out;
  std::unique_ptr<Element> element;
  std::string error;  ///< of the last feed()

 private:
  ElementContext context_;
  document::Node settings_;
};

inline Nanoseconds at_seconds(double seconds) {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
}

/// A picture of 100 x 200 pixels (width x height) without content.
inline Packet picture_packet(double seconds, int source = 0, int width = 100, int height = 200) {
  static const std::vector<std::uint8_t> pixels(1U << 16);
  Packet packet;
  packet.stamp.source = source;
  packet.stamp.media_time = at_seconds(seconds);
  packet.stamp.captured = at_seconds(seconds + 1000);
  media::VideoFrame frame;
  frame.view = {.format = tensor::PixelFormat::kGray,
                .width = width,
                .height = height,
                .stride = 0,  // every row is the same one
                .data = pixels.data()};
  frame.media_time = packet.stamp.media_time;
  packet.media = std::make_shared<const media::MediaPacket>(std::move(frame));
  return packet;
}

inline tensor::Detection detection_at(std::string label, float score, tensor::Box box,
                                      std::optional<std::int64_t> track = std::nullopt) {
  tensor::Detection detection;
  detection.label = std::move(label);
  detection.score = score;
  detection.box = box;
  detection.track = track;
  return detection;
}

/// The result of "detector"; tracked if any detection has a track or `tracked` says so.
inline Packet result_packet(double seconds, std::vector<tensor::Detection> detections,
                            int source = 0, bool tracked = false) {
  Packet packet = picture_packet(seconds, source);
  ElementResult result;
  result.element = "detector";
  result.tracked = tracked;
  for (const tensor::Detection& detection : detections) {
    result.tracked = result.tracked || detection.track.has_value();
  }
  result.findings.detections = std::move(detections);
  packet.set_result(std::move(result));
  return packet;
}

/// Windows of sound, 32 ms each, with one class.
inline Packet class_packet(double seconds, const std::string& label, float score, int source = 0) {
  Packet packet;
  packet.stamp.source = source;
  packet.stamp.media_time = at_seconds(seconds);
  packet.media = std::make_shared<const media::MediaPacket>(
      media::AudioBlock{.sample_rate_hz = 16'000,
                        .samples = std::vector<float>(512),
                        .media_time = packet.stamp.media_time});
  ElementResult result;
  result.element = "classifier";
  result.findings.classes.push_back({label, 0, score});
  packet.set_result(std::move(result));
  return packet;
}

}  // namespace arete::pipeline
