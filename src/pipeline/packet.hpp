// What travels through a pipeline: the frame, sound or rows as they came from their source, and
// what the elements have found in them so far. Copies are cheap: pixels and results are shared.
// Threads: a value; what it shares is immutable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "document/node.hpp"
#include "media/overlay.hpp"
#include "media/stream.hpp"
#include "pipeline/model_runner.hpp"
#include "pipeline/packet_type.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

/// Which frame of which source, and when. Elements that need time take it from here, so that a
/// replay decides as the first run did.
struct Stamp {
  int source = 0;             ///< position among the pipeline's sources
  std::int64_t sequence = 0;  ///< counted from 0, on through reconnects
  Nanoseconds captured{0};    ///< Clock::monotonic() when the source gave it; never goes back
  Nanoseconds media_time{0};  ///< of the stream, on through reconnects; never goes back
};

/// What one element found.
struct ElementResult {
  std::string element;
  tensor::Findings findings;
  std::vector<RawOutput> raw;
  std::vector<media::Overlay> overlays;  ///< shapes to draw, with their counts as of this frame
  bool tracked = false;                  ///< a tracker has looked at the detections
  std::string
      stats;  ///< what `draw` says of it: "yolox_nano 12.3 ms  onnxruntime f32"; may be empty
};

/// Something that somebody wants to hear of.
struct EventRecord {
  std::string element;   ///< that raised it
  std::string kind;      ///< "appeared", "line_crossed", "zone_entered", "speech" ...
  std::string label;     ///< class or the like; may be empty
  float score = 0;       ///< 0..1
  Nanoseconds start{0};  ///< media time
  Nanoseconds end{0};
  std::string reason;  ///< for people and replays: "score 0.91 >= 0.60 in 3 of 3 frames"
  document::Node details = document::Node::map();  ///< more, by the kind: track, box, count ...
  std::string snapshot;                            ///< file, if one was written
};

struct Packet {
  Stamp stamp;
  std::shared_ptr<const media::MediaPacket> media;            ///< never null
  std::vector<std::shared_ptr<const ElementResult>> results;  ///< oldest first
  std::vector<EventRecord> events;
  std::string picture_file{};  ///< that the frame was written to, if it was
  std::string mask_file{};     ///< the same, of its mask

  /// The picture, or nullptr.
  [[nodiscard]] const media::VideoFrame* frame() const {
    return media ? std::get_if<media::VideoFrame>(media.get()) : nullptr;
  }
  /// The result of `element`, or the last one if the name is empty; nullptr if there is none.
  [[nodiscard]] const ElementResult* result_of(std::string_view element) const;
  /// Puts `result` in the place of result_of(result.element), or behind the others.
  void set_result(ElementResult result);
};

}  // namespace arete::pipeline
