// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/shapes.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "media/overlay.hpp"
#include "media/stream.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {
namespace {

constexpr std::size_t kMostPoints = 1000;
constexpr std::size_t kMostShapes = 100;
constexpr double kMostPixels = 65'536;

}  // namespace

Result<ShapeUnits> read_units(document::MapReader& settings) {
  static constexpr std::array<document::Choice<ShapeUnits>, 2> kWords = {
      {{"fraction", ShapeUnits::kFraction}, {"pixels", ShapeUnits::kPixels}}};
  return settings.choice<ShapeUnits>("units", ShapeUnits::kFraction, kWords);
}

Result<Anchor> read_anchor(document::MapReader& settings) {
  static constexpr std::array<document::Choice<Anchor>, 3> kWords = {
      {{"bottom_center", Anchor::kBottomCenter},
       {"center", Anchor::kCenter},
       {"top_center", Anchor::kTopCenter}}};
  return settings.choice<Anchor>("anchor", Anchor::kBottomCenter, kWords);
}

Result<ShapePoints> read_points(const document::Node& node, std::string_view what, ShapeUnits units,
                                std::size_t fewest) {
  if (!node.is_list() || node.size() < fewest || node.size() > kMostPoints) {
    return document::invalid_node(node, fmt::format("'{}' must be a list of {} to {} points [x, y]",
                                                    what, fewest, kMostPoints));
  }
  const document::Range range{0, units == ShapeUnits::kFraction ? 1.0 : kMostPixels};
  ShapePoints points;
  for (const document::Node& item : node.items()) {
    if (!item.is_list() || item.size() != 2) {
      return document::invalid_node(item, fmt::format("a point of '{}' must be [x, y]", what));
    }
    ARETE_TRY_ASSIGN(const double x, document::value_as<double>(item.items()[0], what, range));
    ARETE_TRY_ASSIGN(const double y, document::value_as<double>(item.items()[1], what, range));
    points.push_back({static_cast<float>(x), static_cast<float>(y)});
  }
  return points;
}

Result<std::vector<NamedShape>> read_shapes(document::MapReader& settings, std::string_view key,
                                            ShapeUnits units, std::size_t fewest) {
  ARETE_TRY_ASSIGN(const document::Node* const node, settings.child(key));
  if (!node->is_map() || node->size() == 0 || node->size() > kMostShapes) {
    return document::invalid_node(
        *node, fmt::format("'{}' must be a map from names to points, with 1 to {} names", key,
                           kMostShapes));
  }
  std::vector<NamedShape> shapes;
  for (const document::Node& item : node->items()) {
    ARETE_TRY_ASSIGN(ShapePoints points, read_points(item, item.key(), units, fewest));
    shapes.push_back({item.key(), std::move(points)});
  }
  return shapes;
}

Result<PictureSize> picture_size(const Packet& packet) {
  const media::VideoFrame* const frame = packet.frame();
  if (frame == nullptr || frame->view.width < 1 || frame->view.height < 1) {
    return fail(ErrorCode::kInvalid, "this needs the results of a picture, and there is none");
  }
  return PictureSize{frame->view.width, frame->view.height};
}

ShapePoints to_pixels(const ShapePoints& points, ShapeUnits units, PictureSize size) {
  ShapePoints pixels = points;
  if (units == ShapeUnits::kFraction) {
    for (media::OverlayPoint& point : pixels) {
      point.x *= static_cast<float>(size.width);
      point.y *= static_cast<float>(size.height);
    }
  }
  return pixels;
}

bool contains(const ShapePoints& polygon, media::OverlayPoint point) {
  bool inside = false;
  for (std::size_t i = 0, before = polygon.size() - 1; i < polygon.size(); before = i++) {
    const media::OverlayPoint a = polygon[i];
    const media::OverlayPoint b = polygon[before];
    // Each side holds its upper end alone, so that a corner counts once.
    if ((a.y > point.y) != (b.y > point.y) &&
        point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x) {
      inside = !inside;
    }
  }
  return inside;
}

media::OverlayPoint anchor_of(const tensor::Box& box, Anchor anchor) {
  const float x = (box.x1 + box.x2) / 2;
  switch (anchor) {
    case Anchor::kCenter:
      return {x, (box.y1 + box.y2) / 2};
    case Anchor::kTopCenter:
      return {x, box.y1};
    case Anchor::kBottomCenter:
      break;
  }
  return {x, box.y2};
}

}  // namespace arete::pipeline
