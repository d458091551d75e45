// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "spec/parse_parts.hpp"

namespace arete::spec {

using document::Choice;
using document::invalid_node;
using document::MapReader;
using document::Node;

namespace {

constexpr std::array<Choice<Fit>, 3> kFits{{{"stretch", Fit::kStretch},
                                            {"letterbox", Fit::kLetterbox},
                                            {"center-crop", Fit::kCenterCrop}}};
constexpr std::array<Choice<Placement>, 2> kPlacements{
    {{"center", Placement::kCenter}, {"top-left", Placement::kTopLeft}}};
constexpr std::array<Choice<Resample>, 4> kResamples{
    {{"bilinear", Resample::kBilinear},
     {"bilinear-antialias", Resample::kBilinearAntialias},
     {"nearest", Resample::kNearest},
     {"area", Resample::kArea}}};
constexpr std::array<Choice<ColorOrder>, 3> kColors{
    {{"rgb", ColorOrder::kRgb}, {"bgr", ColorOrder::kBgr}, {"gray", ColorOrder::kGray}}};

Result<std::optional<Size>> parse_size(MapReader& reader) {
  const Node* const node = reader.find("size");
  if (node == nullptr) {
    return std::optional<Size>();
  }
  ARETE_TRY_ASSIGN(const auto sides,
                   document::value_as<std::vector<int>>(*node, "size", {1, kMostPixels}));
  if (sides.size() != 2) {
    return invalid_node(*node, "'size' must be [width, height]");
  }
  return std::optional<Size>(Size{sides[0], sides[1]});
}

/// A key that only means something with one kind of fit is refused with another.
Status only_with(MapReader& reader, std::string_view key, bool allowed, std::string_view fit) {
  const Node* const node = reader.find(key);
  if (node != nullptr && !allowed) {
    return invalid_node(*node, fmt::format("'{}' needs 'fit: {}'", key, fit));
  }
  return {};
}

Status parse_fit(MapReader& reader, ImageInput& image) {
  ARETE_TRY_ASSIGN(image.fit, reader.choice<Fit>("fit", Fit::kStretch, kFits));
  ARETE_TRY(only_with(reader, "crop", image.fit == Fit::kCenterCrop, "center-crop"));
  ARETE_TRY(only_with(reader, "pad", image.fit == Fit::kLetterbox, "letterbox"));
  ARETE_TRY(only_with(reader, "placement", image.fit == Fit::kLetterbox, "letterbox"));
  ARETE_TRY_ASSIGN(image.crop_fraction, reader.optional<double>("crop", 1.0, {0.01, 1}));
  ARETE_TRY_ASSIGN(image.placement,
                   reader.choice<Placement>("placement", Placement::kCenter, kPlacements));
  ARETE_TRY_ASSIGN(const auto pad, parse_channels(reader, "pad", {0, 255}));
  for (std::size_t c = 0; pad.has_value() && c < 3; ++c) {
    if ((*pad)[c] != std::floor((*pad)[c])) {
      return invalid_node(*reader.find("pad"), "'pad' must be whole numbers from 0 to 255");
    }
    image.pad[c] = static_cast<std::uint8_t>((*pad)[c]);
  }
  return {};
}

/// `range: [lo, hi]` is what pixels 0 and 255 become: mean = -255 lo / (hi - lo), std = 255 / (hi -
/// lo).
Status parse_values(MapReader& reader, ImageInput& image) {
  const Node* const range = reader.find("range");
  ARETE_TRY_ASSIGN(const auto mean, parse_channels(reader, "mean", {-1e6, 1e6}));
  ARETE_TRY_ASSIGN(const auto deviation, parse_channels(reader, "std", {1e-6, 1e6}));
  if (range == nullptr) {
    image.mean = mean.value_or(image.mean);
    image.std_dev = deviation.value_or(image.std_dev);
    return {};
  }
  if (mean.has_value() || deviation.has_value()) {
    return invalid_node(*range, "'range' and 'mean'/'std' say the same thing: give one of them");
  }
  ARETE_TRY_ASSIGN(const auto ends,
                   document::value_as<std::vector<double>>(*range, "range", {-1e6, 1e6}));
  if (ends.size() != 2 || !(ends[1] - ends[0] >= 1e-6)) {
    return invalid_node(*range, "'range' must be [lowest, highest]");
  }
  image.std_dev.fill(255.0 / (ends[1] - ends[0]));
  image.mean.fill(-255.0 * ends[0] / (ends[1] - ends[0]));
  return {};
}

}  // namespace

Result<std::optional<std::array<double, 3>>> parse_channels(MapReader& reader, std::string_view key,
                                                            document::Range range) {
  using Channels = std::array<double, 3>;
  const Node* const node = reader.find(key);
  if (node == nullptr) {
    return std::optional<Channels>();
  }
  if (!node->is_list()) {
    ARETE_TRY_ASSIGN(const double all, document::value_as<double>(*node, key, range));
    return std::optional<Channels>(Channels{all, all, all});
  }
  ARETE_TRY_ASSIGN(const auto values, document::value_as<std::vector<double>>(*node, key, range));
  if (values.size() == 1) {
    return std::optional<Channels>(Channels{values[0], values[0], values[0]});
  }
  if (values.size() != 3) {
    return invalid_node(*node, fmt::format("'{}' must be one number or three", key));
  }
  return std::optional<Channels>(Channels{values[0], values[1], values[2]});
}

Result<ImageInput> parse_image(MapReader& reader) {
  ImageInput image;
  ARETE_TRY_ASSIGN(image.size, parse_size(reader));
  ARETE_TRY(parse_fit(reader, image));
  ARETE_TRY_ASSIGN(image.resample,
                   reader.choice<Resample>("resample", Resample::kBilinear, kResamples));
  ARETE_TRY_ASSIGN(image.color, reader.choice<ColorOrder>("color", ColorOrder::kRgb, kColors));
  ARETE_TRY(parse_values(reader, image));
  return image;
}

}  // namespace arete::spec
