// SPDX-License-Identifier: Apache-2.0
#include "pipeline/event_node.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "document/node.hpp"
#include "media/overlay.hpp"
#include "pipeline/packet.hpp"
#include "pipeline/result_node.hpp"

namespace arete::pipeline {
namespace {

using document::Node;

double in_milliseconds(Nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

Node overlay_node(const media::Overlay& overlay) {
  Node node = Node::map();
  if (overlay.kind == media::OverlayKind::kZone) {
    return node.set("zone", overlay.name).set("inside", overlay.inside);
  }
  return node.set("line", overlay.name).set("in", overlay.forward).set("out", overlay.backward);
}

}  // namespace

Node to_node(const EventRecord& event, const Stamp& stamp, const PacketOrigin& origin) {
  Node node = Node::map();
  node.set("schema", 1).set("pipeline", origin.pipeline).set("source", origin.source);
  node.set("element", event.element).set("kind", event.kind).set("label", event.label);
  node.set("score", event.score).set("frame", stamp.sequence);
  node.set("time_ms", in_milliseconds(stamp.media_time));
  node.set("start_ms", in_milliseconds(event.start)).set("end_ms", in_milliseconds(event.end));
  node.set("reason", event.reason).set("details", event.details);
  return node.set("snapshot", event.snapshot.empty() ? Node() : Node(event.snapshot));
}

Node to_node(const ElementResult& result, const Stamp& stamp, const PacketOrigin& origin) {
  Node node =
      frame_node({std::string(origin.source), stamp.sequence, in_milliseconds(stamp.media_time)},
                 result.findings, result.raw);
  node.set("pipeline", origin.pipeline).set("element", result.element);
  if (!result.overlays.empty()) {
    Node counts = Node::list();
    for (const media::Overlay& overlay : result.overlays) {
      counts.push(overlay_node(overlay));
    }
    node.set("counts", std::move(counts));
  }
  return node;
}

std::string wall_time_text(Nanoseconds wall) {
  const std::chrono::sys_time<Nanoseconds> time(wall);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace arete::pipeline
