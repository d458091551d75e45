// SPDX-License-Identifier: Apache-2.0
#include "transform/anchors.hpp"

#include <cmath>
#include <cstddef>

namespace arete::transform {
namespace {

constexpr std::size_t kMaxAnchors = std::size_t{1} << 20;

struct AnchorSize {
  double width;
  double height;
};

struct Cells {
  int across = 0;
  int down = 0;
};

Result<Cells> cells_of(spec::Size input, int stride, std::size_t boxes_a_cell) {
  if (stride < 1 || input.width < 1 || input.height < 1) {
    return fail(ErrorCode::kInvalid, "stride {} of an input of {} x {} pixels", stride, input.width,
                input.height);
  }
  // Written without a sum that could overflow: the ceiling of input / stride.
  const Cells cells{(input.width - 1) / stride + 1, (input.height - 1) / stride + 1};
  if (static_cast<std::size_t>(cells.across) * static_cast<std::size_t>(cells.down) >
      kMaxAnchors / std::max<std::size_t>(1, boxes_a_cell)) {
    return fail(ErrorCode::kInvalid, "stride {} gives {} x {} cells of {} boxes: too many", stride,
                cells.across, cells.down, boxes_a_cell);
  }
  return cells;
}

AnchorSize sized(double scale, double aspect_ratio) {
  const double root = std::sqrt(aspect_ratio);
  return {scale * root, scale / root};
}

double layer_scale(const spec::AnchorGrid& grid, std::size_t layer) {
  const std::size_t layers = grid.strides.size();
  if (layers == 1) {
    return (grid.min_scale + grid.max_scale) / 2;
  }
  return grid.min_scale + (grid.max_scale - grid.min_scale) * static_cast<double>(layer) /
                              static_cast<double>(layers - 1);
}

void append_layer_sizes(const spec::AnchorGrid& grid, std::size_t layer,
                        std::vector<AnchorSize>& sizes) {
  const double scale = layer_scale(grid, layer);
  if (layer == 0 && grid.reduce_lowest_layer) {
    // Three fixed boxes, as the published graph options define them.
    sizes.push_back(sized(0.1, 1.0));
    sizes.push_back(sized(scale, 2.0));
    sizes.push_back(sized(scale, 0.5));
    return;
  }
  for (const double ratio : grid.aspect_ratios) {
    sizes.push_back(sized(scale, ratio));
  }
  if (grid.interpolated_scale_aspect_ratio > 0) {
    const double next = layer + 1 == grid.strides.size() ? 1.0 : layer_scale(grid, layer + 1);
    sizes.push_back(sized(std::sqrt(scale * next), grid.interpolated_scale_aspect_ratio));
  }
}

}  // namespace

Result<std::vector<Anchor>> make_anchors(const spec::AnchorGrid& grid, spec::Size input) {
  std::vector<Anchor> anchors;
  std::size_t layer = 0;
  while (layer < grid.strides.size()) {
    // Layers of one stride share a grid: their boxes stand together in each cell.
    const int stride = grid.strides[layer];
    std::vector<AnchorSize> sizes;
    while (layer < grid.strides.size() && grid.strides[layer] == stride) {
      append_layer_sizes(grid, layer, sizes);
      ++layer;
    }
    ARETE_TRY_ASSIGN(const Cells cells, cells_of(input, stride, sizes.size()), "anchors");
    for (int y = 0; y < cells.down; ++y) {
      for (int x = 0; x < cells.across; ++x) {
        for (const AnchorSize& size : sizes) {
          anchors.push_back({(x + grid.offset_x) / cells.across, (y + grid.offset_y) / cells.down,
                             grid.fixed_size ? 1.0 : size.width,
                             grid.fixed_size ? 1.0 : size.height});
        }
      }
    }
  }
  return anchors;
}

Result<std::vector<Anchor>> make_priors(const spec::PriorBoxes& priors, spec::Size input) {
  if (priors.sizes.size() != priors.strides.size()) {
    return fail(ErrorCode::kInvalid, "{} lists of prior sizes for {} strides", priors.sizes.size(),
                priors.strides.size());
  }
  std::vector<Anchor> anchors;
  for (std::size_t layer = 0; layer < priors.strides.size(); ++layer) {
    const int stride = priors.strides[layer];
    ARETE_TRY_ASSIGN(const Cells cells, cells_of(input, stride, priors.sizes[layer].size()),
                     "prior boxes");
    for (int y = 0; y < cells.down; ++y) {
      for (int x = 0; x < cells.across; ++x) {
        for (const double size : priors.sizes[layer]) {
          anchors.push_back({(x + 0.5) * stride / input.width, (y + 0.5) * stride / input.height,
                             size / input.width, size / input.height});
        }
      }
    }
  }
  return anchors;
}

}  // namespace arete::transform
