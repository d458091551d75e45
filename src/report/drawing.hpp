// A drawing of plain parts (rectangles, lines, texts) that is written as SVG, or painted by whoever
// has pixels. Coordinates count from the upper left corner. Texts are in a font of fixed width.
// Threads: a value type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace arete::report {

/// Red, green, blue.
using Ink = std::array<std::uint8_t, 3>;

struct DrawnRect {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  Ink ink{};
  std::string title;  ///< shown when pointed at; may be empty
};

struct DrawnLine {
  double x1 = 0;
  double y1 = 0;
  double x2 = 0;
  double y2 = 0;
  double thickness = 1;
  Ink ink{};
};

enum class Anchor : std::uint8_t { kStart, kMiddle, kEnd };

struct DrawnText {
  double x = 0;
  double y = 0;  ///< of the base line
  std::string words;
  double size = 12;  ///< of the font; a character is 0.6 of it wide
  Anchor anchor = Anchor::kStart;
  Ink ink{};
  bool is_bold = false;
};

/// Painted in this order: rectangles, lines, texts, on white.
struct Drawing {
  double width = 0;
  double height = 0;
  std::string title;  ///< for those who cannot see it
  std::vector<DrawnRect> rects;
  std::vector<DrawnLine> lines;
  std::vector<DrawnText> texts;
};

/// A file of its own, without scripts or links.
[[nodiscard]] std::string to_svg(const Drawing& drawing);

}  // namespace arete::report
