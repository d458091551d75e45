// A class for each source pixel: from an index map, from one plane a class, or from one plane of
// probabilities. Classes are taken from the nearest cell; probabilities are interpolated, so that
// a small plane gives a smooth edge. Pixels that the model did not see (cropped) are class 0.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "transform/decode/detections.hpp"
#include "transform/decode/planes.hpp"

namespace arete::transform {
namespace {

/// For each source pixel of an axis, its place on the model's grid in cells; negative = not seen.
std::vector<double> grid_places(int source, int input, std::size_t cells, double scale,
                                double offset) {
  std::vector<double> places(static_cast<std::size_t>(source));
  for (int i = 0; i < source; ++i) {
    const double at = ((i + 0.5) * scale + offset) / input * static_cast<double>(cells);
    const bool seen = at >= 0 && at < static_cast<double>(cells);
    places[static_cast<std::size_t>(i)] = seen ? at : -1;
  }
  return places;
}

struct GridPlaces {
  std::vector<double> x;
  std::vector<double> y;
};

GridPlaces places_of(const Geometry& geometry, std::size_t width, std::size_t height) {
  return {grid_places(geometry.source.width, geometry.input.width, width, geometry.scale_x,
                      geometry.offset_x),
          grid_places(geometry.source.height, geometry.input.height, height, geometry.scale_y,
                      geometry.offset_y)};
}

/// Calls class_at(y, x) with grid places for every pixel that the model saw.
template <class ClassAt>
tensor::Mask make_mask(const Geometry& geometry, const GridPlaces& places, ClassAt class_at) {
  tensor::Mask mask;
  mask.width = geometry.source.width;
  mask.height = geometry.source.height;
  mask.classes.assign(places.x.size() * places.y.size(), 0);
  auto out = mask.classes.begin();
  for (const double y : places.y) {
    for (const double x : places.x) {
      if (x >= 0 && y >= 0) {
        *out = class_at(y, x);
      }
      ++out;
    }
  }
  return mask;
}

/// One class index a cell, from planes of scores.
std::vector<std::uint8_t> argmax_cells(const RealValues& output, const Planes& planes) {
  std::vector<std::uint8_t> cells;
  cells.reserve(planes.width * planes.height);
  for (std::size_t y = 0; y < planes.height; ++y) {
    for (std::size_t x = 0; x < planes.width; ++x) {
      const BestClass best =
          best_class(output.values(), planes.at(y, x), planes.channel_stride, planes.channels);
      cells.push_back(static_cast<std::uint8_t>(std::max(0, best.index)));
    }
  }
  return cells;
}

/// One class index a cell, as the file gives them.
Result<std::vector<std::uint8_t>> index_cells(const tensor::Tensor& tensor,
                                              const std::string& name) {
  std::vector<std::uint8_t> cells;
  cells.reserve(static_cast<std::size_t>(tensor.elements()));
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    const double index = tensor.number_at(i);
    if (!(index >= 0 && index <= 255)) {
      return fail(ErrorCode::kInvalid, "output '{}' has class {} at element {}; 0..255 expected",
                  name, index, i);
    }
    cells.push_back(static_cast<std::uint8_t>(index));
  }
  return cells;
}

tensor::Mask mask_of_cells(const std::vector<std::uint8_t>& cells, std::size_t width,
                           std::size_t height, const Geometry& geometry) {
  const GridPlaces places = places_of(geometry, width, height);
  return make_mask(geometry, places, [&](double y, double x) {
    return cells[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)];
  });
}

/// The value at a place between the centers of four cells.
float interpolated(std::span<const float> plane, std::size_t width, std::size_t height, double y,
                   double x) {
  const double at_y = std::clamp(y - 0.5, 0.0, static_cast<double>(height - 1));
  const double at_x = std::clamp(x - 0.5, 0.0, static_cast<double>(width - 1));
  const auto top = static_cast<std::size_t>(at_y);
  const auto left = static_cast<std::size_t>(at_x);
  const std::size_t bottom = std::min(top + 1, height - 1);
  const std::size_t right = std::min(left + 1, width - 1);
  const auto down = static_cast<float>(at_y - static_cast<double>(top));
  const auto across = static_cast<float>(at_x - static_cast<double>(left));
  const float above = std::lerp(plane[top * width + left], plane[top * width + right], across);
  const float below =
      std::lerp(plane[bottom * width + left], plane[bottom * width + right], across);
  return std::lerp(above, below, down);
}

Status decode_index_map(const DecodeRequest& request, tensor::Findings& findings) {
  const tensor::Tensor& tensor = request.tensor("output");
  const std::string& name = request.facts("output").name;
  if (!tensor::is_integer(tensor.dtype()) && tensor.dtype() != tensor::DType::kF32) {
    return fail(ErrorCode::kInvalid, "output '{}' is {}; class indices expected", name,
                tensor::name_of(tensor.dtype()));
  }
  constexpr std::string_view kShape = "[1, h, w], [1, h, w, 1] or [1, 1, h, w]";
  std::vector<std::int64_t> dims = tensor.shape().dims();
  if (dims.size() == 4 && dims.back() == 1) {
    dims.pop_back();
  }
  ARETE_TRY_ASSIGN(const auto grid, extents(tensor::Shape(std::move(dims)), 2, name, kShape));
  ARETE_TRY_ASSIGN(const auto cells, index_cells(tensor, name));
  if (cells.empty()) {
    return fail(ErrorCode::kInvalid, "output '{}' is empty", name);
  }
  findings.mask = mask_of_cells(cells, static_cast<std::size_t>(grid[1]),
                                static_cast<std::size_t>(grid[0]), request.geometry);
  return {};
}

Status decode_argmax(const DecodeRequest& request, const spec::Segmentation& settings,
                     tensor::Findings& findings) {
  ARETE_TRY_ASSIGN(const RealValues output, request.real("output"));
  ARETE_TRY_ASSIGN(const Planes planes, planes_of(output.shape(), settings.labels.names.size(),
                                                  request.facts("output").name,
                                                  "[1, classes, h, w] or [1, h, w, classes]"));
  if (planes.channels > 256) {
    return fail(ErrorCode::kInvalid, "output '{}' has {} classes; a mask holds 256",
                request.facts("output").name, planes.channels);
  }
  findings.mask =
      mask_of_cells(argmax_cells(output, planes), planes.width, planes.height, request.geometry);
  return {};
}

Status decode_probability(const DecodeRequest& request, const spec::Segmentation& settings,
                          tensor::Findings& findings) {
  ARETE_TRY_ASSIGN(const RealValues output, request.real("output"));
  constexpr std::string_view kShape = "one plane: [1, h, w, 1] or [1, 1, h, w]";
  const std::string& name = request.facts("output").name;
  if (settings.activation == spec::Activation::kSoftmax) {
    return fail(ErrorCode::kInvalid, "softmax of one plane is 1 everywhere; use mode argmax");
  }
  std::vector<std::int64_t> dims = output.shape().dims();
  if (dims.size() == 4 && dims.back() == 1) {
    dims.pop_back();
  }
  ARETE_TRY_ASSIGN(const auto grid, extents(tensor::Shape(std::move(dims)), 2, name, kShape));
  const auto height = static_cast<std::size_t>(grid[0]);
  const auto width = static_cast<std::size_t>(grid[1]);
  std::vector<float> plane(output.values().begin(), output.values().end());
  if (plane.empty()) {
    return fail(ErrorCode::kInvalid, "output '{}' is empty", name);
  }
  if (settings.activation == spec::Activation::kSigmoid) {
    std::ranges::transform(plane, plane.begin(), sigmoid);
  }
  const GridPlaces places = places_of(request.geometry, width, height);
  findings.mask = make_mask(request.geometry, places, [&](double y, double x) {
    const float probability = interpolated(plane, width, height, y, x);
    return static_cast<std::uint8_t>(static_cast<double>(probability) >= settings.threshold);
  });
  return {};
}

}  // namespace

Status decode_segmentation(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::Segmentation>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  switch (settings.mode) {
    case spec::Segmentation::Mode::kIndex:
      ARETE_TRY(decode_index_map(request, findings));
      break;
    case spec::Segmentation::Mode::kArgmax:
      ARETE_TRY(decode_argmax(request, settings, findings));
      break;
    case spec::Segmentation::Mode::kProbability:
      ARETE_TRY(decode_probability(request, settings, findings));
      break;
  }
  // Labels by class index, whatever the list's offset.
  const int known = static_cast<int>(settings.labels.names.size()) - settings.labels.offset;
  for (int i = 0; i < std::min(known, 256); ++i) {
    findings.mask->labels.push_back(settings.labels.name_of(i));
  }
  return {};
}

}  // namespace arete::transform
