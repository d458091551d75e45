// SPDX-License-Identifier: Apache-2.0
#include "model/operators/grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

enum class GridMode : std::uint8_t { kLinear, kNearest, kCubic };
enum class GridPadding : std::uint8_t { kZeros, kBorder, kReflection };

struct GridRule {
  GridMode mode = GridMode::kLinear;
  GridPadding padding = GridPadding::kZeros;
  bool align_corners = false;
};

Result<GridRule> grid_rule(const Node& node) {
  GridRule rule;
  const std::string mode = node.string_or("mode", "linear");
  const std::string padding = node.string_or("padding_mode", "zeros");
  rule.align_corners = node.integer_or("align_corners", 0) != 0;
  if (mode == "nearest") {
    rule.mode = GridMode::kNearest;
  } else if (mode == "cubic" || mode == "bicubic") {
    rule.mode = GridMode::kCubic;
  } else if (mode != "linear" && mode != "bilinear") {
    return fail(ErrorCode::kInvalid, "mode '{}' is unknown", mode);
  }
  if (padding == "border") {
    rule.padding = GridPadding::kBorder;
  } else if (padding == "reflection") {
    rule.padding = GridPadding::kReflection;
  } else if (padding != "zeros") {
    return fail(ErrorCode::kInvalid, "padding_mode '{}' is unknown", padding);
  }
  return rule;
}

/// Folds x back into [low, high] by mirrors at both ends.
double reflected(double x, double low, double high) {
  const double range = high - low;
  if (range <= 0) {
    return low;
  }
  double along = std::fmod(std::fabs(x - low), 2 * range);
  along = along > range ? 2 * range - along : along;
  return low + along;
}

/// Where an index falls in the input; -1 = counts as zero.
std::int64_t padded_index(const GridRule& rule, double index, std::int64_t extent) {
  const auto last = static_cast<double>(extent - 1);
  if (rule.padding == GridPadding::kReflection) {
    index = rule.align_corners ? reflected(index, 0, last) : reflected(index, -0.5, last + 0.5);
    index = std::clamp(std::nearbyint(index), 0.0, last);
  } else if (rule.padding == GridPadding::kBorder) {
    index = std::clamp(index, 0.0, last);
  } else if (!(index >= 0 && index <= last)) {
    return -1;
  }
  return static_cast<std::int64_t>(index);
}

double grid_cubic(double distance) {
  constexpr double kA = -0.75;
  const double x = std::fabs(distance);
  if (x <= 1) {
    return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  }
  return x < 2 ? ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA : 0;
}

/// One axis of a sample: up to four indices with weights.
struct GridAxis {
  std::array<std::int64_t, 4> index{};
  std::array<double, 4> weight{};
  std::size_t taps = 1;
};

GridAxis grid_axis(const GridRule& rule, double normalized, std::int64_t extent) {
  const auto length = static_cast<double>(extent);
  double x = rule.align_corners ? (normalized + 1) / 2 * (length - 1)
                                : ((normalized + 1) * length - 1) / 2;
  if (!std::isfinite(x)) {
    x = -2 * length - 4;  // far outside, but an index
  }
  x = std::clamp(x, -1e15, 1e15);
  if (rule.padding == GridPadding::kBorder && rule.mode != GridMode::kCubic) {
    x = std::clamp(x, 0.0, length - 1);
  } else if (rule.padding == GridPadding::kReflection && rule.mode != GridMode::kCubic) {
    x = rule.align_corners ? reflected(x, 0, length - 1) : reflected(x, -0.5, length - 0.5);
    x = std::clamp(x, 0.0, length - 1);
  }
  GridAxis axis;
  if (rule.mode == GridMode::kNearest) {
    axis.index[0] = padded_index(rule, std::nearbyint(x), extent);
    axis.weight[0] = 1;
    return axis;
  }
  const bool cubic = rule.mode == GridMode::kCubic;
  axis.taps = cubic ? 4 : 2;
  const double base = std::floor(x) - (cubic ? 1 : 0);
  for (std::size_t tap = 0; tap < axis.taps; ++tap) {
    const double at = base + static_cast<double>(tap);
    axis.index[tap] = padded_index(rule, at, extent);
    axis.weight[tap] = cubic ? grid_cubic(at - x) : 1 - std::fabs(at - x);
  }
  return axis;
}

/// The flat indices and weights of one sample over all axes.
void grid_taps(std::span<const GridAxis> axes, const Shape& spatial,
               std::vector<std::pair<std::int64_t, double>>& taps) {
  taps.assign(1, {0, 1.0});
  std::vector<std::pair<std::int64_t, double>> outer;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    outer.swap(taps);
    taps.clear();
    for (const auto& [base, weight] : outer) {
      for (std::size_t tap = 0; tap < axes[i].taps; ++tap) {
        if (axes[i].index[tap] >= 0 && axes[i].weight[tap] != 0) {
          taps.emplace_back(base * spatial[i] + axes[i].index[tap], weight * axes[i].weight[tap]);
        }
      }
    }
  }
}

Status check_grid(const Shape& x, const Shape& grid) {
  ARETE_TRY(require_rank("X", x, 3, 6));
  ARETE_TRY(require_rank("grid", grid, x.rank(), x.rank()));
  const auto rank = static_cast<std::int64_t>(x.rank() - 2);
  if (grid[0] != x[0] || grid[grid.rank() - 1] != rank || x.elements(2, x.rank()) == 0) {
    return fail(ErrorCode::kInvalid, "grid {} does not fit X {}", grid.text(), x.text());
  }
  return {};
}

/// Normalized coordinate of element i of an axis.
double grid_step(std::int64_t i, std::int64_t extent, bool align_corners) {
  const auto at = static_cast<double>(i);
  const auto length = static_cast<double>(extent);
  if (align_corners) {
    return extent > 1 ? -1 + 2 * at / (length - 1) : 0;
  }
  return -1 + (2 * at + 1) / length;
}

Result<Shape> affine_grid_output(const std::vector<std::int64_t>& size) {
  if (size.size() != 4 && size.size() != 5) {
    return fail(ErrorCode::kInvalid, "size has {} entries, 4 or 5 are needed", size.size());
  }
  std::vector<std::int64_t> dims = {size[0]};
  dims.insert(dims.end(), size.begin() + 2, size.end());
  dims.push_back(static_cast<std::int64_t>(size.size()) - 2);
  return Shape(std::move(dims));
}

}  // namespace

Outputs grid_sample_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers grid, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(const GridRule rule, grid_rule(context.node()));
  ARETE_TRY(check_grid(x.shape, grid.shape));
  const std::size_t rank = x.rank() - 2;
  const Shape spatial(std::vector<std::int64_t>(x.shape.begin() + 2, x.shape.end()));
  std::vector<std::int64_t> dims = {x.shape[0], x.shape[1]};
  dims.insert(dims.end(), grid.shape.begin() + 1, grid.shape.end() - 1);
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, Shape(std::move(dims))));
  const std::int64_t positions = y.shape.elements(2, y.rank());
  const std::int64_t plane = spatial.elements();
  std::vector<GridAxis> axes(rank);
  std::vector<std::pair<std::int64_t, double>> taps;
  for (std::int64_t at = 0; at < x.shape[0] * positions; ++at) {
    for (std::size_t i = 0; i < rank; ++i) {
      // The grid names x first, the tensor has x last.
      const auto entry = static_cast<std::int64_t>(rank - 1 - i);
      axes[i] = grid_axis(rule, grid[at * static_cast<std::int64_t>(rank) + entry], spatial[i]);
    }
    grid_taps(axes, spatial, taps);
    const std::int64_t batch = at / positions;
    for (std::int64_t channel = 0; channel < x.shape[1]; ++channel) {
      const std::int64_t map = batch * x.shape[1] + channel;
      double sum = 0;
      for (const auto& [index, weight] : taps) {
        sum += weight * x[map * plane + index];
      }
      y[map * positions + at % positions] = sum;
    }
  }
  return outputs_of(y.tensor());
}

Status grid_sample_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const ShapeFacts& grid = context.input(1);
  context.set_output(0, x.dtype, std::nullopt);
  if (!x.shape || !grid.shape) {
    return {};
  }
  if (x.shape->size() < 3 || grid.shape->size() != x.shape->size()) {
    return fail(ErrorCode::kInvalid, "grid {} does not fit X {}", text_of(*grid.shape),
                text_of(*x.shape));
  }
  SymbolicShape shape = *x.shape;
  std::copy(grid.shape->begin() + 1, grid.shape->end() - 1, shape.begin() + 2);
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

Outputs affine_grid_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers theta, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const auto size, integers_input(context, 1));
  ARETE_TRY_ASSIGN(const Shape shape, affine_grid_output(size));
  const std::int64_t rank = shape[shape.rank() - 1];
  ARETE_TRY(require_shape("theta", theta.shape, {shape[0], rank, rank + 1}));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(theta.dtype, shape));
  const bool align = context.node().integer_or("align_corners", 0) != 0;
  for (std::int64_t i = 0; i < y.size(); ++i) {
    const std::int64_t row = i % rank;
    const std::int64_t batch = i / shape.elements(1, shape.rank());
    const double* matrix = theta.at.data() + (batch * rank + row) * (rank + 1);
    double sum = matrix[rank];
    std::int64_t rest = i / rank;
    for (std::int64_t axis = 0; axis < rank; ++axis) {  // x is the last spatial axis
      const std::int64_t extent = shape[static_cast<std::size_t>(rank - axis)];
      sum += matrix[axis] * grid_step(rest % extent, extent, align);
      rest /= extent;
    }
    y[i] = sum;
  }
  return outputs_of(y.tensor());
}

Status affine_grid_shape(ShapeContext& context) {
  const ShapeFacts& theta = context.input(0);
  context.set_output(0, theta.dtype, std::nullopt);
  if (const auto size = constant_integers(context, 1)) {
    ARETE_TRY_ASSIGN(const Shape shape, affine_grid_output(*size));
    context.set_output(0, theta.dtype, symbolic(shape));
  }
  return {};
}

}  // namespace arete::model::operators
