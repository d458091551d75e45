// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/track_element.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "document/reader.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/packet.hpp"
#include "transform/tracking/tracker.hpp"

namespace arete::pipeline {
namespace {

class TrackElement final : public Element {
 public:
  TrackElement(transform::TrackerOptions options, std::string of)
      : options_(options), of_(std::move(of)) {}

  Status process(Packet packet, Emitter& out) override {
    if (!is_events_packet(packet)) {
      ARETE_TRY_ASSIGN(const ElementResult* const found, wanted_result(packet, of_));
      ElementResult result = *found;
      auto& tracker = trackers_.try_emplace(packet.stamp.source, options_).first->second;
      const auto ids = tracker.update(result.findings.detections, packet.stamp.media_time);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        result.findings.detections[i].track = ids[i];
      }
      result.tracked = true;
      packet.set_result(std::move(result));
    }
    out.emit(std::move(packet));
    return {};
  }

  void restart(int source) override {
    const auto found = trackers_.find(source);
    if (found != trackers_.end()) {
      found->second.restart();
    }
  }

 private:
  transform::TrackerOptions options_;
  std::string of_;
  std::map<int, transform::Tracker> trackers_;  ///< by source
};

Result<float> read_track_score(document::MapReader& settings, std::string_view key, float fallback,
                               float lowest) {
  ARETE_TRY_ASSIGN(const double score,
                   settings.optional<double>(key, std::max<double>(fallback, lowest), {lowest, 1}));
  return static_cast<float>(score);
}

Result<std::unique_ptr<Element>> make_track(document::MapReader& settings, const ElementContext&) {
  constexpr document::Range kShare{0, 1};
  transform::TrackerOptions options;
  ARETE_TRY_ASSIGN(options.low_score,
                   read_track_score(settings, "low_score", options.low_score, 0));
  ARETE_TRY_ASSIGN(options.high_score,
                   read_track_score(settings, "high_score", options.high_score, options.low_score));
  ARETE_TRY_ASSIGN(options.new_score,
                   read_track_score(settings, "new_score", options.new_score, options.high_score));
  ARETE_TRY_ASSIGN(options.min_iou, settings.optional("min_iou", options.min_iou, kShare));
  ARETE_TRY_ASSIGN(options.min_iou_low,
                   settings.optional("min_iou_low", options.min_iou_low, kShare));
  ARETE_TRY_ASSIGN(options.min_iou_new,
                   settings.optional("min_iou_new", options.min_iou_new, kShare));
  ARETE_TRY_ASSIGN(options.grow, settings.optional("grow", options.grow, {0, 2}));
  ARETE_TRY_ASSIGN(options.min_hits, settings.optional("min_hits", options.min_hits, {1, 100}));
  ARETE_TRY_ASSIGN(options.max_age_s, settings.optional("max_age", options.max_age_s, {0, 3600}));
  ARETE_TRY_ASSIGN(options.per_class, settings.optional("per_class", options.per_class));
  ARETE_TRY_ASSIGN(std::string of, settings.optional<std::string>("of", ""));
  return std::make_unique<TrackElement>(options, std::move(of));
}

}  // namespace

const ElementType& track_element_type() {
  static const ElementType kType{
      .name = "track",
      .summary = "gives detected objects ids that stay from frame to frame",
      .takes = static_cast<PacketTypes>(PacketType::kResult),
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_track};
  return kType;
}

}  // namespace arete::pipeline
