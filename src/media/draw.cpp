// SPDX-License-Identifier: Apache-2.0
#include "media/draw.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "media/canvas.hpp"
#include "media/draw_overlay.hpp"
#include "media/labels.hpp"

namespace arete::media {
namespace {

/// A pixel index near the picture, whatever the model said.
int pixel_of(float value, int extent) {
  if (std::isnan(value)) {
    return 0;
  }
  const auto limit = static_cast<float>(extent) + 1;
  return static_cast<int>(std::lround(std::clamp(value, -1.0F, limit)));
}

PixelRect grown(const PixelRect& area, int by) {
  return {area.x1 - by, area.y1 - by, area.x2 + by, area.y2 + by};
}

void draw_mask(tensor::Picture& picture, const tensor::Mask& mask, float share) {
  if (mask.width != picture.width || mask.height != picture.height ||
      mask.classes.size() !=
          static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height)) {
    return;
  }
  const int part = static_cast<int>(std::clamp(share, 0.0F, 1.0F) * 256);
  for (int y = 0; y < mask.height; ++y) {
    const std::uint8_t* row =
        mask.classes.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width);
    for (int begin = 0; begin < mask.width;) {
      int end = begin + 1;
      while (end < mask.width && row[end] == row[begin]) {
        ++end;
      }
      if (row[begin] != 0) {
        blend(picture, begin, end, y, class_color(row[begin]), part);
      }
      begin = end;
    }
  }
}

PixelRect pixels_of(const tensor::Box& box, const tensor::Picture& picture) {
  return {pixel_of(box.x1, picture.width), pixel_of(box.y1, picture.height),
          pixel_of(box.x2, picture.width), pixel_of(box.y2, picture.height)};
}

/// Of the track, so that one person keeps one color among others; else of the class.
Color color_of(const tensor::Detection& detection) {
  return class_color(detection.track ? static_cast<int>(*detection.track & 0xFFFF)
                                     : detection.index);
}

/// A frame in the class color between two thin lines of the opposite brightness: visible on both
/// light and dark ground.
void draw_box(tensor::Picture& picture, const tensor::Detection& detection, int scale,
              Color color) {
  const PixelRect area = pixels_of(detection.box, picture);
  const int thickness = scale + 1;
  const Color contrast = readable_on(color);
  frame(picture, grown(area, 1), thickness + 2, contrast);
  frame(picture, area, thickness, color);
}

void draw_keypoints(tensor::Picture& picture, const tensor::Detection& detection, int scale,
                    const DrawOptions& options, Color color) {
  const auto& points = detection.keypoints;
  const auto size = static_cast<float>(scale);
  const auto seen = [&](int index) {
    return index >= 0 && static_cast<std::size_t>(index) < points.size() &&
           points[static_cast<std::size_t>(index)].score >= options.keypoint_score;
  };
  const bool connected = options.skeleton_points == 0 || options.skeleton_points == points.size();
  for (const auto& [from, to] : options.skeleton) {
    if (connected && seen(from) && seen(to)) {
      const auto& a = points[static_cast<std::size_t>(from)];
      const auto& b = points[static_cast<std::size_t>(to)];
      line(picture, a, b, 2 * size + 2, readable_on(color));
      line(picture, a, b, 2 * size, color);
    }
  }
  for (const auto& point : points) {
    if (point.score >= options.keypoint_score) {
      disc(picture, point.x, point.y, 1.5F * size + 2, kBlack);
      disc(picture, point.x, point.y, 1.5F * size + 1, kWhite);
      disc(picture, point.x, point.y, 1.5F * size, color);
    }
  }
}

std::string caption_of(const std::string& label, int index, float score) {
  const std::string name = label.empty() ? fmt::format("#{}", index) : label;
  return fmt::format("{} {:.2f}", name, score);
}

void draw_shapes(tensor::Picture& picture, const tensor::Detection& detection, int scale,
                 const DrawOptions& options) {
  const Color color = color_of(detection);
  if (detection.box.area() > 0) {
    draw_box(picture, detection, scale, color);
  }
  draw_keypoints(picture, detection, scale, options, color);
}

/// Its class, and what other models say of it, a line each.
std::vector<std::string> caption_lines(const tensor::Detection& detection) {
  constexpr std::size_t kMostClasses = 3;
  std::vector<std::string> lines{caption_of(detection.label, detection.index, detection.score)};
  if (detection.track) {
    lines[0] += fmt::format(" #{}", *detection.track);
  }
  for (const tensor::Classification& found : detection.classes) {
    if (lines.size() > kMostClasses) {
      break;
    }
    lines.push_back(caption_of(found.label, found.index, found.score));
  }
  return lines;
}

void draw_findings(tensor::Picture& picture, const tensor::Findings& findings, int scale,
                   const DrawOptions& options, Labels& labels) {
  // The best last: it lies on top.
  for (auto it = findings.detections.rbegin(); it != findings.detections.rend(); ++it) {
    draw_shapes(picture, *it, scale, options);
  }
  for (const tensor::Detection& detection : findings.detections) {
    if (detection.box.area() > 0) {
      labels.add(caption_lines(detection), pixels_of(detection.box, picture), color_of(detection));
    }
  }
}

/// Broken where two spaces stand, if it is wider than the picture.
std::vector<std::string> stats_lines(const std::string& words, int width, int scale) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < words.size()) {
    const std::size_t end = std::min(words.find("  ", begin), words.size());
    const std::string part = words.substr(begin, end - begin);
    if (!lines.empty() && text_width(lines.back() + "  " + part, scale) <= width) {
      lines.back() += "  " + part;
    } else if (!part.empty()) {
      lines.push_back(part);
    }
    begin = end + 2;
  }
  return lines;
}

/// Classes of the whole picture from the left upper corner down, the numbers at the bottom.
void add_lists(const tensor::Picture& picture, const Drawing& drawing, const DrawOptions& options,
               Labels& labels) {
  int y = 0;
  for (const tensor::Findings* findings : drawing.findings) {
    for (const tensor::Classification& found : findings->classes) {
      labels.add_at({caption_of(found.label, found.index, found.score)}, 0, y,
                    class_color(found.index));
      y += labels.height_of(1);
    }
  }
  if (!options.stats.empty()) {
    labels.add_at(stats_lines(options.stats, picture.width, labels.scale()), 0, picture.height,
                  kBlack);
  }
}

}  // namespace

int drawing_scale(int width, int height) {
  return std::max(1, static_cast<int>(std::lround((width + height) / 700.0)));
}

void draw_all(tensor::Picture& picture, const Drawing& drawing, const DrawOptions& options) {
  if (picture.width < 1 || picture.height < 1) {
    return;
  }
  const int scale =
      options.scale > 0 ? options.scale : drawing_scale(picture.width, picture.height);
  for (const tensor::Findings* findings : drawing.findings) {
    if (findings->mask) {
      draw_mask(picture, *findings->mask, options.mask_share);
    }
  }
  for (const Overlay* overlay : drawing.overlays) {
    tint_overlay(picture, *overlay, options.zone_share);
  }
  // Captions lie on top of all shapes. Those that must stay where they are choose first.
  Labels labels(picture.width, picture.height, scale);
  add_lists(picture, drawing, options, labels);
  for (const Overlay* overlay : drawing.overlays) {
    outline_overlay(picture, *overlay, scale, labels);
  }
  for (const tensor::Findings* findings : drawing.findings) {
    draw_findings(picture, *findings, scale, options, labels);
  }
  labels.draw(picture);
}

void draw(tensor::Picture& picture, const tensor::Findings& findings, const DrawOptions& options) {
  draw_all(picture, Drawing{.findings = {&findings}}, options);
}

const std::vector<std::pair<int, int>>& coco_skeleton() {
  static const std::vector<std::pair<int, int>> kLines{
      {0, 1},  {0, 2},  {1, 3},  {2, 4},   {5, 6},   {5, 7},   {7, 9},   {6, 8},
      {8, 10}, {5, 11}, {6, 12}, {11, 12}, {11, 13}, {13, 15}, {12, 14}, {14, 16}};
  return kLines;
}

}  // namespace arete::media
