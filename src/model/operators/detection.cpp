// The family of detection: NonMaxSuppression, RoiAlign, MaxRoiPool, and the table that also holds
// GridSample and AffineGrid (grid.cpp).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "model/operators/families.hpp"
#include "model/operators/grid.hpp"
#include "model/operators/numbers.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

struct Corners {
  double y1, x1, y2, x2;
  [[nodiscard]] double area() const { return (y2 - y1) * (x2 - x1); }
};

/// A box from any two opposite corners, or from its center and extents (x, y, width, height).
Corners corners_of(const double* box, bool from_center) {
  if (from_center) {
    return {box[1] - box[3] / 2, box[0] - box[2] / 2, box[1] + box[3] / 2, box[0] + box[2] / 2};
  }
  return {std::min(box[0], box[2]), std::min(box[1], box[3]), std::max(box[0], box[2]),
          std::max(box[1], box[3])};
}

double overlap_of(const Corners& a, const Corners& b) {
  const double height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  const double width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  if (height <= 0 || width <= 0 || a.area() <= 0 || b.area() <= 0) {
    return 0;
  }
  return height * width / (a.area() + b.area() - height * width);
}

struct Suppression {
  std::int64_t most = 0;
  double overlap = 0;
  double score = 0;
  bool by_score = false;
};

/// Indices of the boxes kept, best first.
std::vector<std::int64_t> suppressed(std::span<const Corners> boxes, std::span<const double> scores,
                                     const Suppression& rule) {
  std::vector<std::int64_t> order;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!std::isnan(scores[i]) && (!rule.by_score || scores[i] > rule.score)) {
      order.push_back(static_cast<std::int64_t>(i));
    }
  }
  std::ranges::sort(order, [&](std::int64_t a, std::int64_t b) {
    const double left = scores[static_cast<std::size_t>(a)];
    const double right = scores[static_cast<std::size_t>(b)];
    return left != right ? left > right : a < b;
  });
  std::vector<std::int64_t> kept;
  for (const std::int64_t candidate : order) {
    if (static_cast<std::int64_t>(kept.size()) >= rule.most) {
      break;
    }
    const bool hidden = std::ranges::any_of(kept, [&](std::int64_t other) {
      return overlap_of(boxes[static_cast<std::size_t>(candidate)],
                        boxes[static_cast<std::size_t>(other)]) > rule.overlap;
    });
    if (!hidden) {
      kept.push_back(candidate);
    }
  }
  return kept;
}

Result<Suppression> suppression_rule(const KernelContext& context) {
  Suppression rule;
  if (context.has_input(2)) {
    ARETE_TRY_ASSIGN(const double most, scalar_input(context, 2));
    rule.most = static_cast<std::int64_t>(std::clamp(most, 0.0, 1e15));
  }
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(rule.overlap, scalar_input(context, 3));
  }
  if (context.has_input(4)) {
    ARETE_TRY_ASSIGN(rule.score, scalar_input(context, 4));
    rule.by_score = true;
  }
  return rule;
}

Outputs non_max_suppression_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers boxes, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers scores, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(const Suppression rule, suppression_rule(context));
  ARETE_TRY(require_rank("boxes", boxes.shape, 3, 3));
  ARETE_TRY(require_rank("scores", scores.shape, 3, 3));
  const std::int64_t count = boxes.shape[1];
  const std::int64_t classes = scores.shape[1];
  if (boxes.shape[2] != 4 || scores.shape[0] != boxes.shape[0] || scores.shape[2] != count) {
    return fail(ErrorCode::kInvalid, "boxes {} and scores {} do not fit", boxes.shape.text(),
                scores.shape.text());
  }
  const bool from_center = context.node().integer_or("center_point_box", 0) != 0;
  std::vector<std::int64_t> selected;
  for (std::int64_t batch = 0; batch < boxes.shape[0]; ++batch) {
    std::vector<Corners> corners;
    for (std::int64_t i = 0; i < count; ++i) {
      corners.push_back(corners_of(boxes.at.data() + (batch * count + i) * 4, from_center));
    }
    for (std::int64_t label = 0; label < classes; ++label) {
      const auto row =
          std::span(scores.at).subspan(static_cast<std::size_t>((batch * classes + label) * count),
                                       static_cast<std::size_t>(count));
      for (const std::int64_t box : suppressed(corners, row, rule)) {
        selected.insert(selected.end(), {batch, label, box});
      }
    }
  }
  const auto rows = static_cast<std::int64_t>(selected.size() / 3);
  return outputs_of(Tensor::of<std::int64_t>(Shape{rows, 3}, selected));
}

Status non_max_suppression_shape(ShapeContext& context) {
  context.set_output(0, DType::kI64, SymbolicShape{Dim(), Dim(3)});
  return {};
}

struct RoiRule {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t ratio = 0;
  double scale = 1;
  bool shifts = true;  ///< half_pixel
  bool takes_max = false;
};

Result<RoiRule> roi_rule(const Node& node, std::int64_t opset) {
  RoiRule rule;
  rule.height = node.integer_or("output_height", 1);
  rule.width = node.integer_or("output_width", 1);
  rule.ratio = node.integer_or("sampling_ratio", 0);
  rule.scale = node.float_or("spatial_scale", 1);
  const std::string fallback = opset < 16 ? "output_half_pixel" : "half_pixel";
  const std::string mode = node.string_or("coordinate_transformation_mode", fallback);
  rule.shifts = mode == "half_pixel";
  const std::string pooling = node.string_or("mode", "avg");
  rule.takes_max = pooling == "max";
  if ((mode != "half_pixel" && mode != "output_half_pixel") ||
      (pooling != "avg" && pooling != "max")) {
    return fail(ErrorCode::kInvalid, "RoiAlign mode '{}', '{}' is unknown", pooling, mode);
  }
  constexpr std::int64_t kMost = 1 << 16;
  if (rule.height < 1 || rule.width < 1 || rule.ratio < 0 || rule.height > kMost ||
      rule.width > kMost || rule.ratio > kMost) {
    return fail(ErrorCode::kInvalid, "RoiAlign to {} x {} with {} samples", rule.height, rule.width,
                rule.ratio);
  }
  return rule;
}

/// The four elements around a point and their weights; nothing more than a pixel outside.
struct BilinearPoint {
  std::array<std::int64_t, 4> at{};
  std::array<double, 4> weight{};
};
BilinearPoint bilinear_point(double y, double x, std::int64_t height, std::int64_t width) {
  if (y < -1 || y > static_cast<double>(height) || x < -1 || x > static_cast<double>(width)) {
    return {};
  }
  const double row = std::clamp(y, 0.0, static_cast<double>(height - 1));
  const double column = std::clamp(x, 0.0, static_cast<double>(width - 1));
  const auto top = static_cast<std::int64_t>(row);
  const auto left = static_cast<std::int64_t>(column);
  const std::int64_t bottom = std::min(top + 1, height - 1);
  const std::int64_t right = std::min(left + 1, width - 1);
  const double dy = row - static_cast<double>(top);
  const double dx = column - static_cast<double>(left);
  return {{top * width + left, top * width + right, bottom * width + left, bottom * width + right},
          {(1 - dy) * (1 - dx), (1 - dy) * dx, dy * (1 - dx), dy * dx}};
}

/// The sampling points of one output bin, shared by all channels.
std::vector<BilinearPoint> bin_points(const RoiRule& rule, const double* roi, std::int64_t row,
                                      std::int64_t column, std::int64_t height,
                                      std::int64_t width) {
  const double shift = rule.shifts ? 0.5 : 0;
  const double x1 = roi[0] * rule.scale - shift;
  const double y1 = roi[1] * rule.scale - shift;
  double roi_width = roi[2] * rule.scale - shift - x1;
  double roi_height = roi[3] * rule.scale - shift - y1;
  if (!rule.shifts) {
    roi_width = std::max(roi_width, 1.0);
    roi_height = std::max(roi_height, 1.0);
  }
  const double bin_height = roi_height / static_cast<double>(rule.height);
  const double bin_width = roi_width / static_cast<double>(rule.width);
  const auto samples = [&](double bin) {
    return rule.ratio > 0 ? rule.ratio
                          : static_cast<std::int64_t>(std::clamp(std::ceil(bin), 0.0, 4096.0));
  };
  const std::int64_t rows = samples(bin_height);
  const std::int64_t columns = samples(bin_width);
  std::vector<BilinearPoint> points;
  for (std::int64_t i = 0; i < rows; ++i) {
    const double y = y1 + bin_height * (static_cast<double>(row) +
                                        (static_cast<double>(i) + 0.5) / static_cast<double>(rows));
    for (std::int64_t j = 0; j < columns; ++j) {
      const double x =
          x1 + bin_width * (static_cast<double>(column) +
                            (static_cast<double>(j) + 0.5) / static_cast<double>(columns));
      points.push_back(bilinear_point(y, x, height, width));
    }
  }
  return points;
}

/// ONNX Runtime takes the largest single weighted neighbour, not the largest interpolated value;
/// the operator's tests were made with it.
double pooled_bin(const RoiRule& rule, const std::vector<BilinearPoint>& points,
                  const double* plane) {
  double sum = 0;
  double best = points.empty() ? 0 : std::numeric_limits<double>::lowest();
  for (const BilinearPoint& point : points) {
    for (std::size_t corner = 0; corner < 4; ++corner) {
      const double value = point.weight[corner] * plane[point.at[corner]];
      sum += value;
      best = std::max(best, value);
    }
  }
  return rule.takes_max ? best : sum / std::max(1.0, static_cast<double>(points.size()));
}

Outputs roi_align_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers rois, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(const auto images, integers_input(context, 2));
  ARETE_TRY_ASSIGN(const RoiRule rule, roi_rule(context.node(), context.opset()));
  ARETE_TRY(require_rank("X", x.shape, 4, 4));
  const auto count = static_cast<std::int64_t>(images.size());
  ARETE_TRY(require_shape("rois", rois.shape, {count, 4}));
  const std::int64_t channels = x.shape[1];
  const std::int64_t plane = x.shape[2] * x.shape[3];
  if (plane == 0 || !std::ranges::all_of(rois.at, [](double v) { return std::isfinite(v); })) {
    return fail(ErrorCode::kInvalid, "an empty picture or a region that is not finite");
  }
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(x.dtype, {count, channels, rule.height, rule.width}));
  for (std::int64_t roi = 0; roi < count; ++roi) {
    const std::int64_t image = images[static_cast<std::size_t>(roi)];
    if (image < 0 || image >= x.shape[0]) {
      return fail(ErrorCode::kInvalid, "region {} is of picture {}, there are {}", roi, image,
                  x.shape[0]);
    }
    for (std::int64_t bin = 0; bin < rule.height * rule.width; ++bin) {
      const auto points = bin_points(rule, rois.at.data() + roi * 4, bin / rule.width,
                                     bin % rule.width, x.shape[2], x.shape[3]);
      for (std::int64_t channel = 0; channel < channels; ++channel) {
        y[(roi * channels + channel) * rule.height * rule.width + bin] =
            pooled_bin(rule, points, x.at.data() + (image * channels + channel) * plane);
      }
    }
  }
  return outputs_of(y.tensor());
}

Status roi_shape(ShapeContext& context, std::int64_t height, std::int64_t width) {
  const ShapeFacts& x = context.input(0);
  const ShapeFacts& rois = context.input(1);
  SymbolicShape shape = {Dim(), Dim(), Dim(height), Dim(width)};
  if (rois.shape && !rois.shape->empty()) {
    shape[0] = rois.shape->front();
  }
  if (x.shape && x.shape->size() == 4) {
    shape[1] = (*x.shape)[1];
  }
  context.set_output(0, x.dtype, std::move(shape));
  return {};
}

Status roi_align_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(const RoiRule rule, roi_rule(context.node(), context.opset()));
  return roi_shape(context, rule.height, rule.width);
}

Result<std::array<std::int64_t, 2>> roi_pool_extents(const Node& node) {
  const auto extents = node.integers_or("pooled_shape", {});
  if (extents.size() != 2 || extents[0] < 1 || extents[1] < 1 || extents[0] > (1 << 16) ||
      extents[1] > (1 << 16)) {
    return fail(ErrorCode::kInvalid, "attribute pooled_shape must be two positive extents");
  }
  return std::array{extents[0], extents[1]};
}

/// First and last element of bin `bin` of `bins` of the region [start, end], within the input.
std::array<std::int64_t, 2> roi_bin(double start, double end, std::int64_t bin, std::int64_t bins,
                                    std::int64_t input) {
  const double length = std::max(end - start + 1, 1.0) / static_cast<double>(bins);
  const auto limit = static_cast<double>(input);
  const double first = start + std::floor(static_cast<double>(bin) * length);
  const double last = start + std::ceil(static_cast<double>(bin + 1) * length);
  return {static_cast<std::int64_t>(std::clamp(first, 0.0, limit)),
          static_cast<std::int64_t>(std::clamp(last, 0.0, limit))};
}

Outputs max_roi_pool_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers rois, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(const auto extents, roi_pool_extents(context.node()));
  const double scale = context.node().float_or("spatial_scale", 1);
  ARETE_TRY(require_rank("X", x.shape, 4, 4));
  ARETE_TRY(require_rank("rois", rois.shape, 2, 2));
  ARETE_TRY(require_shape("rois", rois.shape, {rois.shape[0], 5}));
  const std::int64_t channels = x.shape[1];
  ARETE_TRY_ASSIGN(Numbers y,
                   zero_numbers(x.dtype, {rois.shape[0], channels, extents[0], extents[1]}));
  for (std::int64_t i = 0; i < y.size(); ++i) {
    const double* roi = rois.at.data() + i / (channels * extents[0] * extents[1]) * 5;
    if (!(roi[0] >= 0 && roi[0] < static_cast<double>(x.shape[0]))) {
      return fail(ErrorCode::kInvalid, "a region is of picture {}, there are {}", roi[0],
                  x.shape[0]);
    }
    const std::int64_t channel = i / (extents[0] * extents[1]) % channels;
    const auto rows = roi_bin(std::round(roi[2] * scale), std::round(roi[4] * scale),
                              i / extents[1] % extents[0], extents[0], x.shape[2]);
    const auto columns = roi_bin(std::round(roi[1] * scale), std::round(roi[3] * scale),
                                 i % extents[1], extents[1], x.shape[3]);
    const std::int64_t plane = static_cast<std::int64_t>(roi[0]) * channels + channel;
    bool any = false;
    for (std::int64_t row = rows[0]; row < rows[1]; ++row) {
      for (std::int64_t column = columns[0]; column < columns[1]; ++column) {
        const double value = x[(plane * x.shape[2] + row) * x.shape[3] + column];
        y[i] = any ? std::max(y[i], value) : value;
        any = true;
      }
    }
  }
  return outputs_of(y.tensor());
}

Status max_roi_pool_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(const auto extents, roi_pool_extents(context.node()));
  return roi_shape(context, extents[0], extents[1]);
}

}  // namespace

std::span<const Operator> detection_family() {
  static constexpr std::array kRows = {
      Operator{"", "AffineGrid", 20, 2, 2, affine_grid_kernel, affine_grid_shape},
      Operator{"", "GridSample", 16, 2, 2, grid_sample_kernel, grid_sample_shape},
      Operator{"", "MaxRoiPool", 1, 2, 2, max_roi_pool_kernel, max_roi_pool_shape},
      Operator{"", "NonMaxSuppression", 10, 2, 5, non_max_suppression_kernel,
               non_max_suppression_shape},
      Operator{"", "RoiAlign", 10, 3, 3, roi_align_kernel, roi_align_shape},
  };
  return kRows;
}

}  // namespace arete::model::operators
