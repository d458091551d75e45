// Drawings as files: SVG by report, PNG by painting the parts.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "evaluate/bench_report.hpp"
#include "media/canvas.hpp"
#include "media/picture_codec.hpp"

namespace arete::evaluate {
namespace {

constexpr int kPixels = 2;  ///< a unit of the drawing

media::Color color_of(const report::Ink& ink) { return {ink[0], ink[1], ink[2]}; }

int pixel(double at) { return static_cast<int>(std::lround(at * kPixels)); }

void paint_text(tensor::Picture& picture, const report::DrawnText& text) {
  // The font's cell is 6 x 10; large and bold text only gets darker, which is enough for a title.
  const int scale = kPixels;
  const int width = media::text_width(text.words, scale);
  const int x = pixel(text.x) - (text.anchor == report::Anchor::kStart    ? 0
                                 : text.anchor == report::Anchor::kMiddle ? width / 2
                                                                          : width);
  const int y = pixel(text.y) - 7 * scale;  // the base line is below the seventh row
  media::text(picture, x, y, text.words, scale, color_of(text.ink));
  if (text.is_bold) {
    media::text(picture, x + 1, y, text.words, scale, color_of(text.ink));
  }
}

}  // namespace

tensor::Picture painted(const report::Drawing& drawing) {
  tensor::Picture picture(tensor::PixelFormat::kRgb, std::max(1, pixel(drawing.width)),
                          std::max(1, pixel(drawing.height)));
  media::fill(picture, {0, 0, picture.width, picture.height}, media::kWhite);
  for (const report::DrawnRect& rect : drawing.rects) {
    media::fill(
        picture,
        {pixel(rect.x), pixel(rect.y), pixel(rect.x + rect.width), pixel(rect.y + rect.height)},
        color_of(rect.ink));
  }
  for (const report::DrawnLine& line : drawing.lines) {
    media::line(picture,
                {static_cast<float>(line.x1 * kPixels), static_cast<float>(line.y1 * kPixels), 1},
                {static_cast<float>(line.x2 * kPixels), static_cast<float>(line.y2 * kPixels), 1},
                static_cast<float>(line.thickness * kPixels), color_of(line.ink));
  }
  for (const report::DrawnText& text : drawing.texts) {
    paint_text(picture, text);
  }
  return picture;
}

Result<Bytes> plot_file(const report::Drawing& drawing, const io::Path& name) {
  const std::string ending = name.extension().string();
  if (ending == ".svg") {
    return to_bytes(report::to_svg(drawing));
  }
  if (ending == ".png") {
    return media::encode_png(painted(drawing).view());
  }
  return fail(ErrorCode::kInvalid, "a plot ends in .svg or .png, '{}' in neither", name.string());
}

}  // namespace arete::evaluate
