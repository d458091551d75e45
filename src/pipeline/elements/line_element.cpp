// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/line_element.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/reader.hpp"
#include "media/overlay.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/line_crossing.hpp"
#include "pipeline/elements/shapes.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {
namespace {

/// A track that has not been seen for so long is forgotten; ids are never used again.
constexpr Nanoseconds kForgetAfter = std::chrono::seconds(60);

struct LineSettings {
  std::string of;
  std::vector<NamedShape> lines;
  ShapeUnits units = ShapeUnits::kFraction;
  Anchor anchor = Anchor::kBottomCenter;
  std::vector<std::string> labels;
  double margin = 0.1;  ///< of the box's height
};

/// Who was where at one line of one stream.
struct LineState {
  struct Object {
    media::OverlayPoint clear;  ///< where it last was clear of the line
    Nanoseconds clear_at{0};
    Nanoseconds seen{0};
  };
  std::map<std::int64_t, Object> objects;  ///< by track
  std::int64_t in = 0;
  std::int64_t out = 0;
};

class LineElement final : public Element {
 public:
  LineElement(LineSettings settings, std::string name)
      : settings_(std::move(settings)), name_(std::move(name)) {}

  Status process(Packet packet, Emitter& out) override {
    if (!is_events_packet(packet)) {
      ARETE_TRY_ASSIGN(const ElementResult* const found, tracked_result(packet, settings_.of));
      ARETE_TRY_ASSIGN(const PictureSize size, picture_size(packet));
      ElementResult result = *found;
      std::vector<LineState>& states = streams_[packet.stamp.source];
      states.resize(settings_.lines.size());
      for (std::size_t i = 0; i < settings_.lines.size(); ++i) {
        look(i, states[i], size, result, packet, out);
      }
      packet.set_result(std::move(result));
    }
    out.emit(std::move(packet));
    return {};
  }

  void restart(int source) override {
    const auto found = streams_.find(source);
    if (found != streams_.end()) {
      for (LineState& state : found->second) {
        state.objects.clear();
      }
    }
  }

 private:
  void look(std::size_t index, LineState& state, PictureSize size, ElementResult& result,
            Packet& packet, Emitter& out) {
    const NamedShape& line = settings_.lines[index];
    ShapePoints points = to_pixels(line.points, settings_.units, size);
    const Nanoseconds now = packet.stamp.media_time;
    for (const tensor::Detection& detection : result.findings.detections) {
      if (detection.track && is_one_of(settings_.labels, detection.label)) {
        follow(line, points, state, detection, packet, out);
      }
    }
    std::erase_if(state.objects,
                  [&](const auto& item) { return now - item.second.seen > kForgetAfter; });
    media::Overlay overlay;
    overlay.kind = media::OverlayKind::kLine;
    overlay.name = line.name;
    overlay.points = std::move(points);
    overlay.forward = state.in;
    overlay.backward = state.out;
    overlay.color = static_cast<int>(index);
    result.overlays.push_back(std::move(overlay));
  }

  void follow(const NamedShape& line, const ShapePoints& points, LineState& state,
              const tensor::Detection& detection, Packet& packet, Emitter& out) {
    const Nanoseconds now = packet.stamp.media_time;
    const media::OverlayPoint place = anchor_of(detection.box, settings_.anchor);
    const double margin = settings_.margin * detection.box.height();
    const double distance = distance_to(points, place);
    const auto found = state.objects.find(*detection.track);
    const bool is_clear = distance > margin;
    if (found == state.objects.end()) {
      if (is_clear) {
        state.objects[*detection.track] = {place, now, now};
      }
      return;
    }
    LineState::Object& object = found->second;
    object.seen = now;
    if (!is_clear) {
      return;
    }
    const int crossed = crossings(points, object.clear, place);
    if (crossed != 0) {
      ++(crossed > 0 ? state.in : state.out);
      EventRecord event;
      event.element = name_;
      event.kind = "line_crossed";
      event.label = detection.label;
      event.score = detection.score;
      event.start = object.clear_at;
      event.end = now;
      event.reason = fmt::format("crossed and {:.1f} pixels beyond > {:.1f}", distance, margin);
      event.details.set("line", line.name).set("direction", crossed > 0 ? "in" : "out");
      event.details.set("track", *detection.track).set("box", box_node(detection.box));
      event.details.set("in", state.in).set("out", state.out);
      packet.events.push_back(std::move(event));
      out.decide(packet.stamp, Decision::kRaised, distance, margin);
    }
    object.clear = place;
    object.clear_at = now;
  }

  LineSettings settings_;
  std::string name_;
  std::map<int, std::vector<LineState>> streams_;  ///< by source
};

Result<std::unique_ptr<Element>> make_line(document::MapReader& reader,
                                           const ElementContext& context) {
  LineSettings settings;
  ARETE_TRY_ASSIGN(settings.of, reader.optional<std::string>("of", ""));
  ARETE_TRY_ASSIGN(settings.units, read_units(reader));
  ARETE_TRY_ASSIGN(settings.lines, read_shapes(reader, "lines", settings.units, 2));
  ARETE_TRY_ASSIGN(settings.anchor, read_anchor(reader));
  ARETE_TRY_ASSIGN(settings.labels, read_labels(reader, "labels"));
  ARETE_TRY_ASSIGN(settings.margin, reader.optional<double>("margin", settings.margin, {0, 2}));
  return std::make_unique<LineElement>(std::move(settings), context.name);
}

}  // namespace

const ElementType& line_element_type() {
  static const ElementType kType{
      .name = "line",
      .summary = "counts tracked objects that cross lines, by direction",
      .takes = static_cast<PacketTypes>(PacketType::kResult),
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_line,
      .needs_picture = true};
  return kType;
}

}  // namespace arete::pipeline
