// SPDX-License-Identifier: Apache-2.0
#include "media/draw.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "media/canvas.hpp"

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

/// Text on a filled background; (x, y) is its left upper corner, moved so that it stays inside.
void caption(tensor::Picture& picture, int x, int y, const std::string& words, int scale,
             Color background) {
  const int width = text_width(words, scale) + scale;
  const int height = text_height(scale) + 2 * scale;
  x = std::clamp(x, 0, std::max(0, picture.width - width));
  y = std::clamp(y, 0, std::max(0, picture.height - height));
  fill(picture, {x, y, x + width, y + height}, background);
  text(picture, x + scale, y + scale, words, scale, readable_on(background));
}

void draw_mask(tensor::Picture& picture, const tensor::Mask& mask, float share) {
  if (mask.width != picture.width || mask.height != picture.height ||
      mask.classes.size() !=
          static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height)) {
    return;
  }
  const int part = static_cast<int>(std::clamp(share, 0.0F, 1.0F) * 256);
  std::size_t i = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x, ++i) {
      if (mask.classes[i] != 0) {
        blend(picture, x, y, class_color(mask.classes[i]), part);
      }
    }
  }
}

/// A frame in the class color between two thin lines of the opposite brightness: visible on both
/// light and dark ground.
void draw_box(tensor::Picture& picture, const tensor::Detection& detection, int scale,
              Color color) {
  const PixelRect area{
      pixel_of(detection.box.x1, picture.width), pixel_of(detection.box.y1, picture.height),
      pixel_of(detection.box.x2, picture.width), pixel_of(detection.box.y2, picture.height)};
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
  for (const auto& [from, to] : options.skeleton) {
    if (seen(from) && seen(to)) {
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
  const Color color = class_color(detection.index);
  if (detection.box.area() > 0) {
    draw_box(picture, detection, scale, color);
  }
  draw_keypoints(picture, detection, scale, options, color);
}

void draw_caption(tensor::Picture& picture, const tensor::Detection& detection, int scale) {
  if (detection.box.area() <= 0) {
    return;
  }
  const int left = pixel_of(detection.box.x1, picture.width);
  const int above = pixel_of(detection.box.y1, picture.height) - text_height(scale) - 2 * scale;
  std::string words = caption_of(detection.label, detection.index, detection.score);
  if (detection.track) {
    words += fmt::format(" ({})", *detection.track);
  }
  caption(picture, left, above, words, scale, class_color(detection.index));
}

}  // namespace

int drawing_scale(int width, int height) {
  return std::max(1, static_cast<int>(std::lround((width + height) / 700.0)));
}

void draw(tensor::Picture& picture, const tensor::Findings& findings, const DrawOptions& options) {
  if (picture.width < 1 || picture.height < 1) {
    return;
  }
  const int scale =
      options.scale > 0 ? options.scale : drawing_scale(picture.width, picture.height);
  if (findings.mask) {
    draw_mask(picture, *findings.mask, options.mask_share);
  }
  // The best last: it lies on top. Words lie on top of all shapes.
  for (auto it = findings.detections.rbegin(); it != findings.detections.rend(); ++it) {
    draw_shapes(picture, *it, scale, options);
  }
  for (auto it = findings.detections.rbegin(); it != findings.detections.rend(); ++it) {
    draw_caption(picture, *it, scale);
  }
  int y = 0;
  for (const auto& found : findings.classes) {
    caption(picture, 0, y, caption_of(found.label, found.index, found.score), scale,
            class_color(found.index));
    y += text_height(scale) + 2 * scale;
  }
  if (!options.stats.empty()) {
    caption(picture, 0, picture.height, options.stats, scale, kBlack);
  }
}

const std::vector<std::pair<int, int>>& coco_skeleton() {
  static const std::vector<std::pair<int, int>> kLines{
      {0, 1},  {0, 2},  {1, 3},  {2, 4},   {5, 6},   {5, 7},   {7, 9},   {6, 8},
      {8, 10}, {5, 11}, {6, 12}, {11, 12}, {11, 13}, {13, 15}, {12, 14}, {14, 16}};
  return kLines;
}

}  // namespace arete::media
