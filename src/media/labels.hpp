// Captions of a picture, placed so that they stay inside it and hide one another as little as can
// be. Internal to media's drawing. Threads: one picture, one thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "media/canvas.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

class Labels {
 public:
  /// Places are for a picture of this size, with `scale` pixels a font pixel.
  Labels(int width, int height, int scale) : width_(width), height_(height), scale_(scale) {}

  /// Beside `around`, best above its left corner; earlier ones choose first. One line of text each.
  void add(std::vector<std::string> lines, const PixelRect& around, Color background);
  /// With its left upper corner there, moved only as far as it must be to stay inside.
  void add_at(std::vector<std::string> lines, int x, int y, Color background);

  /// Text on filled plates; the first ones lie on top.
  void draw(tensor::Picture& picture) const;

  [[nodiscard]] int scale() const { return scale_; }
  /// Pixels that a plate of so many lines takes.
  [[nodiscard]] int height_of(std::size_t lines) const;

 private:
  struct Label {
    std::vector<std::string> lines;
    PixelRect plate;
    Color background;
  };

  [[nodiscard]] PixelRect plate_at(const std::vector<std::string>& lines, int x, int y) const;
  /// `plate` moved up or down past the plates that it meets, a few at most.
  [[nodiscard]] PixelRect slid(const std::vector<std::string>& lines, PixelRect plate,
                               bool up) const;
  /// Pixels of earlier plates that `plate` would hide or be hidden by.
  [[nodiscard]] long hidden_by(const PixelRect& plate) const;
  void keep(std::vector<std::string> lines, const PixelRect& plate, Color background);

  int width_;
  int height_;
  int scale_;
  std::vector<Label> labels_;
};

}  // namespace arete::media
