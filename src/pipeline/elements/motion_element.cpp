// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/motion_element.hpp"

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/luma_grid.hpp"
#include "pipeline/elements/motion_gate.hpp"
#include "pipeline/elements/shapes.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {
namespace {

class MotionElement final : public Element {
 public:
  MotionElement(MotionSettings settings, ShapePoints region, ShapeUnits units)
      : settings_(settings), region_(std::move(region)), units_(units) {}

  Status process(Packet packet, Emitter& out) override {
    if (is_events_packet(packet)) {
      out.emit(std::move(packet));
      return {};
    }
    ARETE_TRY_ASSIGN(const PictureSize size, picture_size(packet));
    Stream& stream = streams_[packet.stamp.source];
    measure_luma(packet.frame()->view, grid_);
    if (stream.size != size) {
      stream.size = size;
      stream.wanted = cells_in_region(size);
    }
    const MotionVerdict verdict =
        stream.gate.judge(settings_, grid_, stream.wanted, packet.stamp.media_time);
    if (verdict.passes) {
      out.emit(std::move(packet));
    } else {
      out.decide(packet.stamp, Decision::kGated, verdict.share, settings_.min_share);
    }
    return {};
  }

  void restart(int source) override {
    const auto found = streams_.find(source);
    if (found != streams_.end()) {
      found->second.gate.restart();
    }
  }

 private:
  struct Stream {
    MotionGate gate;
    PictureSize size;
    std::vector<bool> wanted;  ///< by cell; empty = all
  };

  /// Cells whose middle is in the region.
  [[nodiscard]] std::vector<bool> cells_in_region(PictureSize size) const {
    std::vector<bool> wanted;
    if (region_.empty()) {
      return wanted;
    }
    constexpr float kHalfCell = kLumaCell / 2.0F;
    const ShapePoints polygon = to_pixels(region_, units_, size);
    for (int row = 0; row < grid_.rows; ++row) {
      for (int column = 0; column < grid_.columns; ++column) {
        const auto x = static_cast<float>(column * kLumaCell) + kHalfCell;
        const auto y = static_cast<float>(row * kLumaCell) + kHalfCell;
        wanted.push_back(contains(polygon, {x, y}));
      }
    }
    return wanted;
  }

  MotionSettings settings_;
  ShapePoints region_;
  ShapeUnits units_;
  LumaGrid grid_;                  ///< of this frame; kept for its memory
  std::map<int, Stream> streams_;  ///< by source
};

Result<std::unique_ptr<Element>> make_motion(document::MapReader& reader, const ElementContext&) {
  constexpr document::Range kSeconds{0, kMaxSeconds};
  MotionSettings settings;
  ARETE_TRY_ASSIGN(settings.difference,
                   reader.optional<double>("difference", settings.difference, {1, 255}));
  ARETE_TRY_ASSIGN(settings.min_share,
                   reader.optional<double>("min_share", settings.min_share, {0, 1}));
  ARETE_TRY_ASSIGN(const double hold, reader.optional<double>("hold", 1, kSeconds));
  ARETE_TRY_ASSIGN(const double idle, reader.optional<double>("at_most_idle", 10, kSeconds));
  ARETE_TRY_ASSIGN(const double adapt, reader.optional<double>("adapt", 5, kSeconds));
  settings.hold = from_seconds(hold);
  settings.at_most_idle = from_seconds(idle);
  settings.adapt = from_seconds(adapt);
  ARETE_TRY_ASSIGN(const ShapeUnits units, read_units(reader));
  ShapePoints region;
  if (const document::Node* const node = reader.find("region")) {
    ARETE_TRY_ASSIGN(region, read_points(*node, "region", units, 3));
  }
  return std::make_unique<MotionElement>(settings, std::move(region), units);
}

}  // namespace

const ElementType& motion_element_type() {
  static const ElementType kType{
      .name = "motion",
      .summary = "lets pictures through while something moves in them",
      .takes = static_cast<PacketTypes>(PacketType::kFrame),
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_motion,
      .needs_picture = true};
  return kType;
}

}  // namespace arete::pipeline
