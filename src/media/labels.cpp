// SPDX-License-Identifier: Apache-2.0
#include "media/labels.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace arete::media {
namespace {

/// With more of them nothing can be read; it also bounds the time to place them.
constexpr std::size_t kMostPlacedLabels = 500;

int widest_line(const std::vector<std::string>& lines, int scale) {
  int widest = 0;
  for (const std::string& line : lines) {
    widest = std::max(widest, text_width(line, scale));
  }
  return widest;
}

long common_area(const PixelRect& a, const PixelRect& b) {
  const long width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const long height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  return width > 0 && height > 0 ? width * height : 0;
}

}  // namespace

int Labels::height_of(std::size_t lines) const {
  return (static_cast<int>(lines) * (text_height(1) + 1) + 1) * scale_;
}

PixelRect Labels::plate_at(const std::vector<std::string>& lines, int x, int y) const {
  const int width = widest_line(lines, scale_) + scale_;
  const int height = height_of(lines.size());
  x = std::clamp(x, 0, std::max(0, width_ - width));
  y = std::clamp(y, 0, std::max(0, height_ - height));
  return {x, y, x + width, y + height};
}

long Labels::hidden_by(const PixelRect& plate) const {
  long hidden = 0;
  for (const Label& label : labels_) {
    hidden += common_area(plate, label.plate);
  }
  return hidden;
}

PixelRect Labels::slid(const std::vector<std::string>& lines, PixelRect plate, bool up) const {
  constexpr int kMostSteps = 6;
  for (int step = 0; step < kMostSteps; ++step) {
    const auto met = std::ranges::find_if(
        labels_, [&](const Label& label) { return common_area(plate, label.plate) > 0; });
    if (met == labels_.end()) {
      break;
    }
    const int height = plate.y2 - plate.y1;
    plate = plate_at(lines, plate.x1, up ? met->plate.y1 - height : met->plate.y2);
  }
  return plate;
}

void Labels::keep(std::vector<std::string> lines, const PixelRect& plate, Color background) {
  labels_.push_back({std::move(lines), plate, background});
}

void Labels::add_at(std::vector<std::string> lines, int x, int y, Color background) {
  const PixelRect plate = plate_at(lines, x, y);
  keep(std::move(lines), plate, background);
}

void Labels::add(std::vector<std::string> lines, const PixelRect& around, Color background) {
  const PixelRect at_corner = plate_at(lines, around.x1, around.y1);
  const int width = at_corner.x2 - at_corner.x1;
  const int height = at_corner.y2 - at_corner.y1;
  // Above, below, inside at the top and at the bottom, each from the left and from the right, and
  // beside.
  const std::array<std::pair<int, int>, 10> places{{{around.x1, around.y1 - height},
                                                    {around.x2 - width, around.y1 - height},
                                                    {around.x1, around.y2},
                                                    {around.x2 - width, around.y2},
                                                    {around.x1, around.y1},
                                                    {around.x2 - width, around.y1},
                                                    {around.x1, around.y2 - height},
                                                    {around.x2 - width, around.y2 - height},
                                                    {around.x2, around.y1},
                                                    {around.x1 - width, around.y1}}};
  PixelRect best = plate_at(lines, places[0].first, places[0].second);
  const PixelRect first = best;
  long least = labels_.size() < kMostPlacedLabels ? hidden_by(best) : 0;
  const auto consider = [&](const PixelRect& plate) {
    const long hidden = hidden_by(plate);
    if (hidden < least) {
      best = plate;
      least = hidden;
    }
  };
  for (std::size_t i = 1; i < places.size() && least > 0; ++i) {
    consider(plate_at(lines, places[i].first, places[i].second));
  }
  for (const bool up : {true, false}) {
    if (least > 0) {
      consider(slid(lines, first, up));
    }
  }
  keep(std::move(lines), best, background);
}

void Labels::draw(tensor::Picture& picture) const {
  for (auto label = labels_.rbegin(); label != labels_.rend(); ++label) {
    const Color ink = readable_on(label->background);
    fill(picture, label->plate, label->background);
    int y = label->plate.y1 + scale_;
    for (const std::string& line : label->lines) {
      text(picture, label->plate.x1 + scale_, y, line, scale_, ink);
      y += text_height(scale_) + scale_;
    }
  }
}

}  // namespace arete::media
