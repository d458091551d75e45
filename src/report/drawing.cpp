// SPDX-License-Identifier: Apache-2.0
#include "report/drawing.hpp"

#include <fmt/format.h>

#include <string_view>

namespace arete::report {
namespace {

/// For text and attributes; control characters, which XML has none of, become spaces.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

std::string hex(const Ink& ink) {
  return fmt::format("#{:02x}{:02x}{:02x}", ink[0], ink[1], ink[2]);
}

std::string_view name_of(Anchor anchor) {
  return anchor == Anchor::kStart ? "start" : anchor == Anchor::kMiddle ? "middle" : "end";
}

std::string rect_tag(const DrawnRect& rect) {
  const std::string open =
      fmt::format(R"(<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" fill="{}")", rect.x,
                  rect.y, rect.width, rect.height, hex(rect.ink));
  return rect.title.empty() ? open + "/>\n"
                            : open + "><title>" + escaped(rect.title) + "</title></rect>\n";
}

}  // namespace

std::string to_svg(const Drawing& drawing) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" "
      "font-family=\"monospace\">\n<title>{2}</title>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
      drawing.width, drawing.height, escaped(drawing.title));
  for (const DrawnRect& rect : drawing.rects) {
    svg += rect_tag(rect);
  }
  for (const DrawnLine& line : drawing.lines) {
    svg += fmt::format(
        "<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" stroke=\"{}\" "
        "stroke-width=\"{:.2f}\"/>\n",
        line.x1, line.y1, line.x2, line.y2, hex(line.ink), line.thickness);
  }
  for (const DrawnText& text : drawing.texts) {
    svg += fmt::format(
        "<text x=\"{:.2f}\" y=\"{:.2f}\" font-size=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\"{}>{}"
        "</text>\n",
        text.x, text.y, text.size, name_of(text.anchor), hex(text.ink),
        text.is_bold ? " font-weight=\"bold\"" : "", escaped(text.words));
  }
  return svg + "</svg>\n";
}

}  // namespace arete::report
