// SPDX-License-Identifier: Apache-2.0
#include "media/draw_overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "media/canvas.hpp"

namespace arete::media {
namespace {

struct Stroke {
  OverlayPoint from;
  OverlayPoint to;
};

bool is_finite(const std::vector<OverlayPoint>& points) {
  return std::ranges::all_of(
      points, [](const OverlayPoint& p) { return std::isfinite(p.x) && std::isfinite(p.y); });
}

/// All strokes below in the opposite brightness first: none may cover another's color.
void draw_strokes(tensor::Picture& picture, const std::vector<Stroke>& strokes, int scale,
                  Color color) {
  const auto thickness = static_cast<float>(scale + 1);
  for (const auto& [width, ink] :
       {std::pair{thickness + 2, readable_on(color)}, std::pair{thickness, color}}) {
    for (const Stroke& stroke : strokes) {
      line(picture, {stroke.from.x, stroke.from.y, 1}, {stroke.to.x, stroke.to.y, 1}, width, ink);
    }
  }
}

PixelRect pixel_bounds(const std::vector<OverlayPoint>& points, int width, int height) {
  float x1 = points[0].x;
  float y1 = points[0].y;
  float x2 = x1;
  float y2 = y1;
  for (const OverlayPoint& point : points) {
    x1 = std::min(x1, point.x);
    y1 = std::min(y1, point.y);
    x2 = std::max(x2, point.x);
    y2 = std::max(y2, point.y);
  }
  const auto pixel = [](float value, int extent) {
    return static_cast<int>(std::clamp(value, 0.0F, static_cast<float>(extent)));
  };
  return {pixel(x1, width), pixel(y1, height), pixel(x2, width), pixel(y2, height)};
}

/// Where the middle of a polyline lies, and the unit vector of its direction there.
Stroke middle_of(const std::vector<OverlayPoint>& points) {
  float length = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    length += std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
  }
  float left = length / 2;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const float dx = points[i].x - points[i - 1].x;
    const float dy = points[i].y - points[i - 1].y;
    const float part = std::hypot(dx, dy);
    if (part > 0 && (left <= part || i + 1 == points.size())) {
      const float share = std::min(left / part, 1.0F);
      return {{points[i - 1].x + dx * share, points[i - 1].y + dy * share}, {dx / part, dy / part}};
    }
    left -= part;
  }
  return {points[0], {1, 0}};
}

void outline_line(tensor::Picture& picture, const Overlay& overlay, int scale, Labels& labels) {
  const Color color = class_color(overlay.color);
  const auto [middle, along] = middle_of(overlay.points);
  const OverlayPoint right{-along.y, along.x};  // y grows downwards
  const float reach = static_cast<float>(scale) * 12;
  const float barb = reach / 3;
  const OverlayPoint tip{middle.x + right.x * reach, middle.y + right.y * reach};
  const OverlayPoint neck{tip.x - right.x * barb, tip.y - right.y * barb};
  std::vector<Stroke> strokes{{middle, tip},
                              {tip, {neck.x + along.x * barb, neck.y + along.y * barb}},
                              {tip, {neck.x - along.x * barb, neck.y - along.y * barb}}};
  for (std::size_t i = 1; i < overlay.points.size(); ++i) {
    strokes.push_back({overlay.points[i - 1], overlay.points[i]});
  }
  draw_strokes(picture, strokes, scale, color);
  // A count lies on the side to which it counts: the arrow's, with the name, and the other one.
  const auto count_at = [&](const OverlayPoint& point, std::string words) {
    const int width = text_width(words, scale);
    const PixelRect place = pixel_bounds({point}, picture.width, picture.height);
    labels.add_at({std::move(words)}, place.x1 - width / 2, place.y1 - labels.height_of(1) / 2,
                  color);
  };
  const float beyond = reach + static_cast<float>(labels.height_of(1));
  count_at({middle.x + right.x * beyond, middle.y + right.y * beyond},
           overlay.name.empty() ? fmt::format("{}", overlay.forward)
                                : fmt::format("{} {}", overlay.name, overlay.forward));
  count_at({middle.x - right.x * beyond * 0.6F, middle.y - right.y * beyond * 0.6F},
           fmt::format("{}", overlay.backward));
}

void outline_zone(tensor::Picture& picture, const Overlay& overlay, int scale, Labels& labels) {
  const Color color = class_color(overlay.color);
  std::vector<Stroke> strokes;
  for (std::size_t i = 0; i < overlay.points.size(); ++i) {
    strokes.push_back({overlay.points[i], overlay.points[(i + 1) % overlay.points.size()]});
  }
  draw_strokes(picture, strokes, scale, color);
  const auto highest = std::ranges::min_element(overlay.points, {}, &OverlayPoint::y);
  const PixelRect corner = pixel_bounds({*highest}, picture.width, picture.height);
  labels.add({overlay.name.empty() ? fmt::format("{}", overlay.inside)
                                   : fmt::format("{} {}", overlay.name, overlay.inside)},
             corner, color);
}

}  // namespace

void tint_overlay(tensor::Picture& picture, const Overlay& overlay, float share) {
  if (overlay.kind == OverlayKind::kZone && overlay.points.size() >= 3 &&
      is_finite(overlay.points)) {
    blend_polygon(picture, overlay.points, class_color(overlay.color),
                  static_cast<int>(std::clamp(share, 0.0F, 1.0F) * 256));
  }
}

void outline_overlay(tensor::Picture& picture, const Overlay& overlay, int scale, Labels& labels) {
  const bool zone = overlay.kind == OverlayKind::kZone;
  if (overlay.points.size() < (zone ? 3U : 2U) || !is_finite(overlay.points)) {
    return;
  }
  if (zone) {
    outline_zone(picture, overlay, scale, labels);
  } else {
    outline_line(picture, overlay, scale, labels);
  }
}

}  // namespace arete::media
