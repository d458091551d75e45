// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/zone_element.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "media/overlay.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/shapes.hpp"
#include "pipeline/elements/zone_presence.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {
namespace {

struct ZoneSettings {
  std::string of;
  std::vector<NamedShape> zones;
  ShapeUnits units = ShapeUnits::kFraction;
  Anchor anchor = Anchor::kBottomCenter;
  std::vector<std::string> labels;
  ZoneTimes times;
};

std::string zone_reason(const ZoneOutcome& outcome) {
  switch (outcome.change) {
    case ZoneChange::kEntered:
      return fmt::format("inside for {:.2f} s >= {:.2f} s", outcome.value, outcome.limit);
    case ZoneChange::kDwelled:
      return fmt::format("stayed inside for {:.2f} s >= {:.2f} s", outcome.value, outcome.limit);
    case ZoneChange::kLeft:
      return fmt::format("outside for {:.2f} s >= {:.2f} s", outcome.value, outcome.limit);
    case ZoneChange::kLost:
      break;
  }
  return fmt::format("not seen for {:.2f} s >= {:.2f} s", outcome.value, outcome.limit);
}

std::string_view zone_kind(ZoneChange change) {
  if (change == ZoneChange::kEntered) {
    return "zone_entered";
  }
  return change == ZoneChange::kDwelled ? "zone_dwell" : "zone_left";
}

class ZoneElement final : public Element {
 public:
  ZoneElement(ZoneSettings settings, std::string name)
      : settings_(std::move(settings)), name_(std::move(name)) {}

  Status process(Packet packet, Emitter& out) override {
    if (!is_events_packet(packet)) {
      ARETE_TRY_ASSIGN(const ElementResult* const found, tracked_result(packet, settings_.of));
      ARETE_TRY_ASSIGN(const PictureSize size, picture_size(packet));
      ElementResult result = *found;
      std::vector<ZonePresence>& presences = streams_[packet.stamp.source];
      presences.resize(settings_.zones.size());
      for (std::size_t i = 0; i < settings_.zones.size(); ++i) {
        look(i, presences[i], size, result, packet, out);
      }
      packet.set_result(std::move(result));
    }
    out.emit(std::move(packet));
    return {};
  }

  void restart(int source) override {
    const auto found = streams_.find(source);
    if (found != streams_.end()) {
      for (ZonePresence& presence : found->second) {
        presence.restart();
      }
    }
  }

 private:
  void look(std::size_t index, ZonePresence& presence, PictureSize size, ElementResult& result,
            Packet& packet, Emitter& out) {
    const NamedShape& zone = settings_.zones[index];
    ShapePoints polygon = to_pixels(zone.points, settings_.units, size);
    const Nanoseconds now = packet.stamp.media_time;
    for (const tensor::Detection& detection : result.findings.detections) {
      if (detection.track && is_one_of(settings_.labels, detection.label)) {
        presence.see(detection, contains(polygon, anchor_of(detection.box, settings_.anchor)), now);
      }
    }
    for (const ZoneOutcome& outcome : presence.settle(settings_.times, now)) {
      out.decide(packet.stamp, Decision::kRaised, outcome.value, outcome.limit);
      packet.events.push_back(event_of(zone, presence, outcome));
    }
    media::Overlay overlay;
    overlay.kind = media::OverlayKind::kZone;
    overlay.name = zone.name;
    overlay.points = std::move(polygon);
    overlay.inside = presence.inside();
    overlay.color = static_cast<int>(index);
    result.overlays.push_back(std::move(overlay));
  }

  [[nodiscard]] EventRecord event_of(const NamedShape& zone, const ZonePresence& presence,
                                     const ZoneOutcome& outcome) const {
    EventRecord event;
    event.element = name_;
    event.kind = zone_kind(outcome.change);
    event.label = outcome.detection.label;
    event.score = outcome.detection.score;
    event.start = outcome.entered;
    event.end = outcome.until;
    event.reason = zone_reason(outcome);
    document::Node totals = document::Node::map();
    for (const auto& [label, count] : presence.totals()) {
      totals.set(label, count);
    }
    event.details.set("zone", zone.name).set("track", outcome.track);
    event.details.set("box", box_node(outcome.detection.box));
    event.details.set("seconds", to_seconds(outcome.until - outcome.entered));
    event.details.set("inside", presence.inside()).set("totals", std::move(totals));
    return event;
  }

  ZoneSettings settings_;
  std::string name_;
  std::map<int, std::vector<ZonePresence>> streams_;  ///< by source
};

Result<std::unique_ptr<Element>> make_zone(document::MapReader& reader,
                                           const ElementContext& context) {
  constexpr document::Range kSeconds{0, kMaxSeconds};
  ZoneSettings settings;
  ARETE_TRY_ASSIGN(settings.of, reader.optional<std::string>("of", ""));
  ARETE_TRY_ASSIGN(settings.units, read_units(reader));
  ARETE_TRY_ASSIGN(settings.zones, read_shapes(reader, "zones", settings.units, 3));
  ARETE_TRY_ASSIGN(settings.anchor, read_anchor(reader));
  ARETE_TRY_ASSIGN(settings.labels, read_labels(reader, "labels"));
  ARETE_TRY_ASSIGN(const double enter, reader.optional<double>("enter_after", 0.2, kSeconds));
  ARETE_TRY_ASSIGN(const double leave, reader.optional<double>("leave_after", 0.5, kSeconds));
  ARETE_TRY_ASSIGN(const double lost, reader.optional<double>("lost_after", 1, kSeconds));
  ARETE_TRY_ASSIGN(const double dwell, reader.optional<double>("dwell", 0, kSeconds));
  settings.times = {from_seconds(enter), from_seconds(leave), from_seconds(lost),
                    from_seconds(dwell)};
  return std::make_unique<ZoneElement>(std::move(settings), context.name);
}

}  // namespace

const ElementType& zone_element_type() {
  static const ElementType kType{
      .name = "zone",
      .summary = "counts tracked objects in polygons; they enter, stay and leave",
      .takes = static_cast<PacketTypes>(PacketType::kResult),
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_zone,
      .needs_picture = true};
  return kType;
}

}  // namespace arete::pipeline
