// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/threshold_element.hpp"

#include <fmt/format.h>

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/shapes.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {
namespace {

struct BoxSize {
  double width = 0;
  double height = 0;
};

struct ThresholdSettings {
  std::string of;
  double min_score = 0;
  std::vector<std::string> labels;   ///< empty = all
  std::vector<std::string> without;  ///< never these
  ShapeUnits units = ShapeUnits::kFraction;
  BoxSize min_size;
  BoxSize max_size{std::numeric_limits<double>::infinity(),
                   std::numeric_limits<double>::infinity()};
  ShapePoints region;  ///< empty = everywhere
  Anchor anchor = Anchor::kBottomCenter;
  bool needs_picture = false;
};

class ThresholdElement final : public Element {
 public:
  explicit ThresholdElement(ThresholdSettings settings) : settings_(std::move(settings)) {}

  Status process(Packet packet, Emitter& out) override {
    if (!is_events_packet(packet)) {
      ARETE_TRY_ASSIGN(const ElementResult* const found, wanted_result(packet, settings_.of));
      ElementResult result = *found;
      ARETE_TRY(filter(packet, result.findings));
      packet.set_result(std::move(result));
    }
    out.emit(std::move(packet));
    return {};
  }

 private:
  [[nodiscard]] bool wants(const std::string& label, float score) const {
    // A score that is no number is never sure enough.
    return score >= static_cast<float>(settings_.min_score) && is_one_of(settings_.labels, label) &&
           (settings_.without.empty() || !is_one_of(settings_.without, label));
  }

  Status filter(const Packet& packet, tensor::Findings& findings) {
    std::erase_if(findings.classes, [&](const tensor::Classification& found) {
      return !wants(found.label, found.score);
    });
    PictureSize size{1, 1};
    if (settings_.needs_picture) {
      ARETE_TRY_ASSIGN(size, picture_size(packet));
    }
    const bool fractions = settings_.units == ShapeUnits::kFraction;
    const double unit_x = fractions ? size.width : 1;
    const double unit_y = fractions ? size.height : 1;
    const ShapePoints region = to_pixels(settings_.region, settings_.units, size);
    std::erase_if(findings.detections, [&](const tensor::Detection& detection) {
      const double width = detection.box.width() / unit_x;
      const double height = detection.box.height() / unit_y;
      const bool fits = width >= settings_.min_size.width && height >= settings_.min_size.height &&
                        width <= settings_.max_size.width && height <= settings_.max_size.height;
      return !fits || !wants(detection.label, detection.score) ||
             (!region.empty() && !contains(region, anchor_of(detection.box, settings_.anchor)));
    });
    return {};
  }

  ThresholdSettings settings_;
};

Result<BoxSize> read_box_size(document::MapReader& settings, std::string_view key, BoxSize fallback,
                              ShapeUnits units) {
  const document::Node* const node = settings.find(key);
  if (node == nullptr) {
    return fallback;
  }
  const document::Range range{0, units == ShapeUnits::kFraction ? 1.0 : 65'536};
  ARETE_TRY_ASSIGN(const auto values, document::value_as<std::vector<double>>(*node, key, range));
  if (values.size() != 2) {
    return document::invalid_node(*node, fmt::format("'{}' must be [width, height]", key));
  }
  return BoxSize{values[0], values[1]};
}

Result<std::unique_ptr<Element>> make_threshold(document::MapReader& reader,
                                                const ElementContext&) {
  ThresholdSettings settings;
  ARETE_TRY_ASSIGN(settings.of, reader.optional<std::string>("of", ""));
  ARETE_TRY_ASSIGN(settings.min_score, reader.optional<double>("min_score", 0, {0, 1}));
  ARETE_TRY_ASSIGN(settings.labels, read_labels(reader, "labels"));
  ARETE_TRY_ASSIGN(settings.without, read_labels(reader, "without"));
  ARETE_TRY_ASSIGN(settings.units, read_units(reader));
  ARETE_TRY_ASSIGN(settings.min_size,
                   read_box_size(reader, "min_size", settings.min_size, settings.units));
  ARETE_TRY_ASSIGN(settings.max_size,
                   read_box_size(reader, "max_size", settings.max_size, settings.units));
  if (settings.min_size.width > settings.max_size.width ||
      settings.min_size.height > settings.max_size.height) {
    return document::invalid_node(*reader.find("max_size"), "'max_size' is below 'min_size'");
  }
  if (const document::Node* const node = reader.find("region")) {
    ARETE_TRY_ASSIGN(settings.region, read_points(*node, "region", settings.units, 3));
  }
  ARETE_TRY_ASSIGN(settings.anchor, read_anchor(reader));
  settings.needs_picture =
      settings.units == ShapeUnits::kFraction &&
      (reader.has("min_size") || reader.has("max_size") || reader.has("region"));
  return std::make_unique<ThresholdElement>(std::move(settings));
}

}  // namespace

const ElementType& threshold_element_type() {
  static const ElementType kType{
      .name = "threshold",
      .summary = "keeps what is sure, large and well placed enough",
      .takes = static_cast<PacketTypes>(PacketType::kResult),
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_threshold};
  return kType;
}

}  // namespace arete::pipeline
