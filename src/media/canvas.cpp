// SPDX-License-Identifier: Apache-2.0
#include "media/canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "media/font.hpp"

namespace arete::media {
namespace {

/// `color` as the bytes of a pixel in the picture's format.
std::array<std::uint8_t, 3> pixel_bytes(tensor::PixelFormat format, Color color) {
  if (format == tensor::PixelFormat::kGray) {
    return {tensor::luma(color.red, color.green, color.blue), 0, 0};
  }
  if (format == tensor::PixelFormat::kBgr) {
    return {color.blue, color.green, color.red};
  }
  return {color.red, color.green, color.blue};
}

/// Clips before converting, so that no float is out of int's range.
int clipped(float value, int highest) {
  return static_cast<int>(std::clamp(value, 0.0F, static_cast<float>(highest)));
}

/// Fills the pixels whose centers are nearer than `radius` to the segment a-b.
void stroke(tensor::Picture& picture, const tensor::Keypoint& a, const tensor::Keypoint& b,
            float radius, Color color) {
  if (!std::isfinite(a.x + a.y + b.x + b.y + radius)) {
    return;
  }
  const int x1 = clipped(std::floor(std::min(a.x, b.x) - radius), picture.width);
  const int x2 = clipped(std::ceil(std::max(a.x, b.x) + radius), picture.width);
  const int y1 = clipped(std::floor(std::min(a.y, b.y) - radius), picture.height);
  const int y2 = clipped(std::ceil(std::max(a.y, b.y) + radius), picture.height);
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float length2 = dx * dx + dy * dy;
  // Only what lies within `radius` of the endless line need be looked at.
  const float reach = dy != 0 ? radius * std::sqrt(length2) / std::abs(dy) : 0;
  const auto near_segment = [&](int x, float py) {
    const float px = static_cast<float>(x) + 0.5F - a.x;
    const float along = length2 > 0 ? std::clamp((px * dx + py * dy) / length2, 0.0F, 1.0F) : 0.0F;
    const float off_x = px - along * dx;
    const float off_y = py - along * dy;
    return off_x * off_x + off_y * off_y < radius * radius;
  };
  for (int y = y1; y < y2; ++y) {
    const float py = static_cast<float>(y) + 0.5F - a.y;
    int begin = x1;
    int end = x2;
    if (dy != 0) {
      const float middle = a.x + py * dx / dy;
      begin = std::max(begin, clipped(std::floor(middle - reach) - 1, picture.width));
      end = std::min(end, clipped(std::ceil(middle + reach) + 1, picture.width));
    }
    while (begin < end && !near_segment(begin, py)) {
      ++begin;
    }
    while (begin < end && !near_segment(end - 1, py)) {
      --end;
    }
    fill(picture, {begin, y, end, y + 1}, color);  // the shape is convex
  }
}

std::uint8_t mixed(std::uint8_t below, std::uint8_t above, int share) {
  return static_cast<std::uint8_t>((below * (256 - share) + above * share + 128) >> 8);
}

}  // namespace

void fill(tensor::Picture& picture, const PixelRect& area, Color color) {
  const int x1 = std::max(area.x1, 0);
  const int x2 = std::min(area.x2, picture.width);
  const int y2 = std::min(area.y2, picture.height);
  const auto bytes = pixel_bytes(picture.format, color);
  const int channels = tensor::channels_of(picture.format);
  for (int y = std::max(area.y1, 0); y < y2; ++y) {
    std::uint8_t* out = picture.row(y) + std::ptrdiff_t{x1} * channels;
    for (int x = x1; x < x2; ++x) {
      for (int c = 0; c < channels; ++c) {
        *out++ = bytes[static_cast<std::size_t>(c)];
      }
    }
  }
}

void frame(tensor::Picture& picture, const PixelRect& area, int thickness, Color color) {
  const int inner_y1 = std::min(area.y1 + thickness, area.y2);
  const int inner_y2 = std::max(area.y2 - thickness, inner_y1);
  fill(picture, {area.x1, area.y1, area.x2, inner_y1}, color);
  fill(picture, {area.x1, inner_y2, area.x2, area.y2}, color);
  fill(picture, {area.x1, inner_y1, std::min(area.x1 + thickness, area.x2), inner_y2}, color);
  fill(picture, {std::max(area.x2 - thickness, area.x1), inner_y1, area.x2, inner_y2}, color);
}

void disc(tensor::Picture& picture, float center_x, float center_y, float radius, Color color) {
  const tensor::Keypoint center{center_x, center_y, 1};
  stroke(picture, center, center, radius, color);
}

void line(tensor::Picture& picture, const tensor::Keypoint& from, const tensor::Keypoint& to,
          float thickness, Color color) {
  stroke(picture, from, to, thickness / 2, color);
}

void blend(tensor::Picture& picture, int x1, int x2, int y, Color color, int share) {
  x1 = std::max(x1, 0);
  x2 = std::min(x2, picture.width);
  if (y < 0 || y >= picture.height) {
    return;
  }
  const auto bytes = pixel_bytes(picture.format, color);
  const int channels = tensor::channels_of(picture.format);
  std::uint8_t* out = picture.row(y) + std::ptrdiff_t{x1} * channels;
  for (int x = x1; x < x2; ++x) {
    for (int c = 0; c < channels; ++c, ++out) {
      *out = mixed(*out, bytes[static_cast<std::size_t>(c)], share);
    }
  }
}

void blend_polygon(tensor::Picture& picture, std::span<const OverlayPoint> corners, Color color,
                   int share) {
  std::vector<float> crossings;
  for (int y = 0; y < picture.height; ++y) {
    const float center = static_cast<float>(y) + 0.5F;
    crossings.clear();
    for (std::size_t i = 0; i < corners.size(); ++i) {
      const OverlayPoint& from = corners[i];
      const OverlayPoint& to = corners[(i + 1) % corners.size()];
      if ((from.y <= center) != (to.y <= center)) {
        const float x = from.x + (center - from.y) / (to.y - from.y) * (to.x - from.x);
        crossings.push_back(std::isnan(x) ? 0 : x);
      }
    }
    std::ranges::sort(crossings);
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      blend(picture, clipped(std::ceil(crossings[i] - 0.5F), picture.width),
            clipped(std::ceil(crossings[i + 1] - 0.5F), picture.width), y, color, share);
    }
  }
}

void text(tensor::Picture& picture, int x, int y, std::string_view words, int scale, Color color) {
  for (const char32_t character : code_points(words)) {
    const Glyph& glyph = glyph_of(character);
    for (int row = 0; row < kGlyphHeight; ++row) {
      for (int column = 0; column < kGlyphWidth; ++column) {
        if ((glyph[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column) & 1) != 0) {
          const int left = x + column * scale;
          const int top = y + row * scale;
          fill(picture, {left, top, left + scale, top + scale}, color);
        }
      }
    }
    x += kGlyphAdvance * scale;
    if (x >= picture.width) {
      return;
    }
  }
}

int text_width(std::string_view words, int scale) {
  // Longer text is cut by the picture's edge anyway; the bound keeps the product an int.
  const auto characters = std::min<std::size_t>(code_points(words).size(), 4096);
  return static_cast<int>(characters) * kGlyphAdvance * scale;
}

int text_height(int scale) { return kGlyphHeight * scale; }

Color readable_on(Color background) {
  return tensor::luma(background.red, background.green, background.blue) > 120 ? kBlack : kWhite;
}

Color class_color(int index) {
  // Twelve hues that differ for most color-blind readers too, in an order that separates
  // neighbors; lighter variants follow.
  constexpr std::array<Color, 12> kColors{{{230, 57, 70},
                                           {69, 160, 255},
                                           {255, 200, 40},
                                           {46, 184, 92},
                                           {190, 90, 230},
                                           {255, 128, 30},
                                           {40, 200, 210},
                                           {245, 120, 190},
                                           {150, 200, 50},
                                           {90, 100, 230},
                                           {180, 110, 60},
                                           {150, 160, 170}}};
  const auto positive = static_cast<unsigned>(index);
  const Color base = kColors[positive % kColors.size()];
  const auto lighter = static_cast<int>(positive / kColors.size() % 4) * 40;
  return {mixed(base.red, 255, lighter), mixed(base.green, 255, lighter),
          mixed(base.blue, 255, lighter)};
}

}  // namespace arete::media
