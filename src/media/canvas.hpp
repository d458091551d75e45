// Drawing into a picture: rectangles, lines, discs, text, blended masks. Everything is clipped, so
// any coordinate is allowed. Works on all pixel formats (colors become luma in gray pictures).
// Not here: what to draw for a finding (draw.hpp). Threads: one picture, one thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "media/overlay.hpp"
#include "tensor/picture.hpp"
#include "tensor/results.hpp"

namespace arete::media {

struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  [[nodiscard]] bool operator==(const Color&) const = default;
};

inline constexpr Color kBlack{0, 0, 0};
inline constexpr Color kWhite{255, 255, 255};

/// Pixels [x1, x2) x [y1, y2).
struct PixelRect {
  int x1 = 0;
  int y1 = 0;
  int x2 = 0;
  int y2 = 0;
};

void fill(tensor::Picture& picture, const PixelRect& area, Color color);
/// The border of `area`, `thickness` pixels inwards.
void frame(tensor::Picture& picture, const PixelRect& area, int thickness, Color color);
void disc(tensor::Picture& picture, float center_x, float center_y, float radius, Color color);
/// A straight stroke with round ends, `thickness` pixels wide.
void line(tensor::Picture& picture, const tensor::Keypoint& from, const tensor::Keypoint& to,
          float thickness, Color color);
/// Mixes `color` into the pixels [x1, x2) of row y: share 0 leaves them, 256 replaces them. What
/// lies outside is ignored.
void blend(tensor::Picture& picture, int x1, int x2, int y, Color color, int share);
/// Mixes `color` into the pixels whose centers lie in the polygon, by the even-odd rule.
void blend_polygon(tensor::Picture& picture, std::span<const OverlayPoint> corners, Color color,
                   int share);

/// Left upper corner at (x, y); every font pixel becomes scale x scale.
void text(tensor::Picture& picture, int x, int y, std::string_view words, int scale, Color color);
[[nodiscard]] int text_width(std::string_view words, int scale);
[[nodiscard]] int text_height(int scale);

/// Black or white, whichever is easier to read on `background`.
[[nodiscard]] Color readable_on(Color background);
/// The same for the same index always; neighbors differ clearly in hue.
[[nodiscard]] Color class_color(int index);

}  // namespace arete::media
