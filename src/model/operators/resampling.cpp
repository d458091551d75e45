// SPDX-License-Identifier: Apache-2.0
#include "model/operators/resampling.hpp"

#include <algorithm>
#include <cmath>

namespace arete::model::operators {
namespace {

/// Position of output element `x` in the input's coordinates.
Result<double> source_coordinate(const ResizeRule& rule, const ResizeAxis& axis, double x) {
  const std::string& mode = rule.coordinates;
  const auto input = static_cast<double>(axis.input);
  const double length = axis.scale * input;  // of the output, before it was cut to an integer
  if (mode == "half_pixel") {
    return (x + 0.5) / axis.scale - 0.5;
  }
  if (mode == "asymmetric") {
    return x / axis.scale;
  }
  if (mode == "pytorch_half_pixel") {
    return axis.output > 1 ? (x + 0.5) / axis.scale - 0.5 : 0;
  }
  if (mode == "align_corners") {
    return length == 1 ? 0 : x * (input - 1) / (length - 1);
  }
  if (mode == "tf_half_pixel_for_nn") {
    return (x + 0.5) / axis.scale;
  }
  if (mode == "half_pixel_symmetric") {
    const double adjustment = static_cast<double>(axis.output) / length;
    return input / 2 * (1 - adjustment) + (x + 0.5) / axis.scale - 0.5;
  }
  if (mode == "tf_crop_and_resize") {
    const double extent = (axis.roi_end - axis.roi_start) * (input - 1);
    const double start = axis.roi_start * (input - 1);
    return axis.output > 1 ? start + x * extent / static_cast<double>(axis.output - 1)
                           : start + extent / 2;
  }
  return fail(ErrorCode::kInvalid, "coordinate_transformation_mode '{}' is unknown", mode);
}

Result<double> nearest_index(const std::string& mode, double x) {
  if (mode == "round_prefer_floor") {
    return std::ceil(x - 0.5);
  }
  if (mode == "round_prefer_ceil") {
    return std::floor(x + 0.5);
  }
  if (mode == "floor") {
    return std::floor(x);
  }
  if (mode == "ceil") {
    return std::ceil(x);
  }
  return fail(ErrorCode::kInvalid, "nearest_mode '{}' is unknown", mode);
}

double cubic_weight(double distance, double a) {
  const double x = std::fabs(distance);
  if (x <= 1) {
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  }
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

double filter_weight(const ResizeRule& rule, double distance) {
  return rule.mode == ResizeMode::kCubic ? cubic_weight(distance, rule.cubic_a)
                                         : std::max(0.0, 1 - std::fabs(distance));
}

/// The taps of one output element of a linear or cubic filter, stretched when shrinking with
/// antialias. Taps beyond the border repeat it, or are left out.
void filter_taps(const ResizeRule& rule, const ResizeAxis& axis, double x, double stretch,
                 std::int64_t* indices, double* weights, std::int64_t taps) {
  // The left neighbour is strictly left of x, so that an integer x has it at distance 1.
  const double left = std::ceil(x) - 1;
  double sum = 0;
  for (std::int64_t i = 0; i < taps; ++i) {
    const std::int64_t middle = taps / 2;
    const double at = left + static_cast<double>(i - middle + 1);
    const bool inside = at >= 0 && at < static_cast<double>(axis.input);
    weights[i] = rule.exclude_outside && !inside ? 0 : filter_weight(rule, (at - x) * stretch);
    indices[i] =
        static_cast<std::int64_t>(std::clamp(at, 0.0, static_cast<double>(axis.input - 1)));
    sum += weights[i];
  }
  if ((rule.exclude_outside || stretch < 1) && sum != 0) {
    for (std::int64_t i = 0; i < taps; ++i) {
      weights[i] /= sum;
    }
  }
}

}  // namespace

Result<ResampleTable> resample_table(const ResizeRule& rule, const ResizeAxis& axis) {
  ResampleTable table;
  const double stretch = rule.antialias ? std::min(axis.scale, 1.0) : 1;
  if (rule.mode != ResizeMode::kNearest) {
    const double reach = (rule.mode == ResizeMode::kCubic ? 2 : 1) / stretch;
    table.taps = 2 * static_cast<std::int64_t>(std::ceil(std::min(reach, 1e9)));
  }
  ARETE_TRY_ASSIGN(const std::int64_t count, result_elements({axis.output, table.taps}));
  table.indices.resize(static_cast<std::size_t>(count));
  table.weights.resize(static_cast<std::size_t>(count), 1);
  const bool crops = rule.coordinates == "tf_crop_and_resize";
  for (std::int64_t out = 0; out < axis.output; ++out) {
    ARETE_TRY_ASSIGN(const double x, source_coordinate(rule, axis, static_cast<double>(out)));
    table.outside.push_back(crops && (x < 0 || x > static_cast<double>(axis.input - 1)));
    if (rule.mode != ResizeMode::kNearest) {
      filter_taps(rule, axis, x, stretch,
                  &table.indices[static_cast<std::size_t>(out * table.taps)],
                  &table.weights[static_cast<std::size_t>(out * table.taps)], table.taps);
      continue;
    }
    ARETE_TRY_ASSIGN(const double at, nearest_index(rule.nearest, x));
    table.indices[static_cast<std::size_t>(out)] =
        static_cast<std::int64_t>(std::clamp(at, 0.0, static_cast<double>(axis.input - 1)));
  }
  return table;
}

Result<Numbers> resampled(const Numbers& x, std::size_t axis, std::int64_t output,
                          const ResampleTable& table) {
  tensor::Shape shape = x.shape;
  shape[axis] = output;
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, shape));
  const AxisSplit split = split_at(x.shape, axis);
  for (std::int64_t outer = 0; outer < split.outer; ++outer) {
    for (std::int64_t out = 0; out < output; ++out) {
      double* target = y.at.data() + (outer * output + out) * split.inner;
      for (std::int64_t tap = out * table.taps; tap < (out + 1) * table.taps; ++tap) {
        const double weight = table.weights[static_cast<std::size_t>(tap)];
        const double* source =
            x.at.data() +
            (outer * split.extent + table.indices[static_cast<std::size_t>(tap)]) * split.inner;
        for (std::int64_t i = 0; weight != 0 && i < split.inner; ++i) {
          target[i] += weight * source[i];
        }
      }
    }
  }
  return y;
}

}  // namespace arete::model::operators
