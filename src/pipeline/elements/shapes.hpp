// Polygons and lines of a pipeline's file, in fractions of the picture or in its pixels, and the
// point of a box that stands for it. Internal to the elements.
// Threads: pure functions. Errors: kInvalid with the file's line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "media/overlay.hpp"
#include "pipeline/packet.hpp"
#include "tensor/results.hpp"

namespace arete::pipeline {

enum class ShapeUnits : std::uint8_t {
  kFraction,  ///< 0..1 of the picture's width and height
  kPixels,
};

/// Which point of a box says where the object is.
enum class Anchor : std::uint8_t { kBottomCenter, kCenter, kTopCenter };

using ShapePoints = std::vector<media::OverlayPoint>;

struct NamedShape {
  std::string name;
  ShapePoints points;  ///< in the units of the file
};

struct PictureSize {
  int width = 0;
  int height = 0;
  [[nodiscard]] bool operator==(const PictureSize&) const = default;
};

[[nodiscard]] Result<ShapeUnits> read_units(document::MapReader& settings);
[[nodiscard]] Result<Anchor> read_anchor(document::MapReader& settings);
/// A list of [x, y], at least `fewest` of them.
[[nodiscard]] Result<ShapePoints> read_points(const document::Node& node, std::string_view what,
                                              ShapeUnits units, std::size_t fewest);
/// A map from names to lists of points; at least one.
[[nodiscard]] Result<std::vector<NamedShape>> read_shapes(document::MapReader& settings,
                                                          std::string_view key, ShapeUnits units,
                                                          std::size_t fewest);

/// Of the packet's picture; kInvalid if it has none.
[[nodiscard]] Result<PictureSize> picture_size(const Packet& packet);
[[nodiscard]] ShapePoints to_pixels(const ShapePoints& points, ShapeUnits units, PictureSize size);
/// By the even-odd rule; a polygon is closed by itself.
[[nodiscard]] bool contains(const ShapePoints& polygon, media::OverlayPoint point);
[[nodiscard]] media::OverlayPoint anchor_of(const tensor::Box& box, Anchor anchor);

}  // namespace arete::pipeline
