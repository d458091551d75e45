// MediaPipe's face and pose detectors: offsets from anchors, keypoints beside the box, logits.
// A face is its box. A pose model's box is the head's: of a pose, the square around the body is
// reported instead, whose center is keypoint 0 (hips) and whose half side reaches keypoint 1.
// Source: BlazeFace, arXiv:1907.05047; BlazePose, arXiv:2006.10204, section 2; the options of
// MediaPipe's TensorsToDetectionsCalculator as published.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "transform/anchors.hpp"
#include "transform/decode/detections.hpp"

namespace arete::transform {
namespace {

/// The rows of the two outputs, checked.
struct AnchorOutputs {
  RealValues boxes;
  StoredValues scores;
  std::size_t columns = 0;
  std::vector<Anchor> anchors;
};

Result<AnchorOutputs> anchor_outputs(const DecodeRequest& request,
                                     const spec::AnchorDetector& settings) {
  AnchorOutputs outputs;
  ARETE_TRY_ASSIGN(outputs.boxes, request.real("boxes"));
  ARETE_TRY_ASSIGN(outputs.scores, request.stored("scores"));
  ARETE_TRY_ASSIGN(outputs.anchors, make_anchors(settings.anchors, request.geometry.input));
  outputs.columns = 4 + 2 * static_cast<std::size_t>(std::max(0, settings.keypoints));
  const std::string expected = fmt::format("[1, {}, {}]", outputs.anchors.size(), outputs.columns);
  const std::string& name = request.facts("boxes").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(outputs.boxes.shape(), 2, name, expected));
  if (static_cast<std::size_t>(dims[0]) != outputs.anchors.size() ||
      static_cast<std::size_t>(dims[1]) != outputs.columns) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}", name,
                outputs.boxes.shape().text(), expected);
  }
  if (outputs.scores.size() != outputs.anchors.size()) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected [1, {}, 1]",
                request.facts("scores").name, outputs.scores.shape().text(),
                outputs.anchors.size());
  }
  return outputs;
}

float clipped_sigmoid(float logit, double clip) {
  const auto limit = static_cast<float>(clip);
  // NaN fails both comparisons and stays.
  return sigmoid(logit < -limit ? -limit : logit > limit ? limit : logit);
}

/// One row in input pixels.
class AnchorRow {
 public:
  AnchorRow(std::span<const float> row, const Anchor& anchor, const spec::AnchorDetector& settings,
            spec::Size input)
      : row_(row), anchor_(anchor), input_(input) {
    by_x_ = settings.coordinate_scale > 0 ? settings.coordinate_scale : input.width;
    by_y_ = settings.coordinate_scale > 0 ? settings.coordinate_scale : input.height;
  }

  [[nodiscard]] tensor::Box box() const {
    return centered_box(x(0), y(1), static_cast<float>(width(2)), static_cast<float>(height(3)));
  }
  [[nodiscard]] tensor::Keypoint keypoint(std::size_t index) const {
    return {x(4 + 2 * index), y(5 + 2 * index), 1};
  }

 private:
  [[nodiscard]] double width(std::size_t column) const {
    return static_cast<double>(row_[column]) / by_x_ * anchor_.width * input_.width;
  }
  [[nodiscard]] double height(std::size_t column) const {
    return static_cast<double>(row_[column]) / by_y_ * anchor_.height * input_.height;
  }
  [[nodiscard]] float x(std::size_t column) const {
    return static_cast<float>(width(column) + anchor_.center_x * input_.width);
  }
  [[nodiscard]] float y(std::size_t column) const {
    return static_cast<float>(height(column) + anchor_.center_y * input_.height);
  }

  std::span<const float> row_;
  const Anchor& anchor_;
  spec::Size input_;
  double by_x_;
  double by_y_;
};

bool all_finite(std::span<const tensor::Keypoint> points) {
  return std::ranges::all_of(points, [](const tensor::Keypoint& point) {
    return std::isfinite(point.x) && std::isfinite(point.y);
  });
}

/// In source pixels, so that the square stays one where the picture was stretched.
tensor::Box body_box(const std::vector<tensor::Keypoint>& points, spec::Size source) {
  const float reach = std::hypot(points[1].x - points[0].x, points[1].y - points[0].y);
  const auto width = static_cast<float>(source.width);
  const auto height = static_cast<float>(source.height);
  const tensor::Box square = centered_box(points[0].x, points[0].y, 2 * reach, 2 * reach);
  return {std::clamp(square.x1, 0.0F, width), std::clamp(square.y1, 0.0F, height),
          std::clamp(square.x2, 0.0F, width), std::clamp(square.y2, 0.0F, height)};
}

/// Keypoints beyond the picture's edge carry the body's size: unclipped source positions.
std::vector<tensor::Keypoint> unclipped(std::span<const tensor::Keypoint> candidate,
                                        const Geometry& geometry) {
  std::vector<tensor::Keypoint> points;
  for (const tensor::Keypoint& point : candidate) {
    points.push_back({static_cast<float>(geometry.source_x(point.x)),
                      static_cast<float>(geometry.source_y(point.y)), point.score});
  }
  return points;
}

/// Suppression by the model's own boxes, as it was trained; then the body's box takes its place.
void report_bodies(Candidates candidates, const spec::DetectorSettings& settings,
                   const Geometry& geometry, tensor::Findings& findings) {
  suppress(candidates, settings.nms, settings.max_detections);
  for (Candidate& candidate : candidates.list()) {
    const auto points = unclipped(candidates.points_of(candidate), geometry);
    const tensor::Box body = body_box(points, geometry.source);
    candidate.box = {static_cast<float>(geometry.input_x(body.x1)),
                     static_cast<float>(geometry.input_y(body.y1)),
                     static_cast<float>(geometry.input_x(body.x2)),
                     static_cast<float>(geometry.input_y(body.y2))};
  }
  spec::DetectorSettings done = settings;
  done.nms.method = spec::Nms::Method::kNone;
  report(std::move(candidates), done, geometry, findings);
}

/// Logits that cannot pass cost one comparison of stored numbers.
template <class T>
Candidates anchor_candidates(const AnchorOutputs& outputs, const Stored<T>& scores,
                             const spec::AnchorDetector& settings, spec::Size input) {
  const std::size_t points_each = (outputs.columns - 4) / 2;
  Candidates candidates(points_each);
  const double min_score = settings.detector.min_score;
  // Clipping lifts a logit to -score_clip at most.
  const double bound = logit_bound(min_score);
  const auto lowest = scores.lowest_from(bound > -settings.score_clip ? bound : -HUGE_VAL);
  for (std::size_t i = 0; lowest && i < outputs.anchors.size(); ++i) {
    if (!(scores.values[i] >= *lowest)) {
      continue;
    }
    const float score = clipped_sigmoid(scores[i], settings.score_clip);
    if (!(static_cast<double>(score) >= min_score)) {
      continue;
    }
    const AnchorRow row(outputs.boxes.values().subspan(i * outputs.columns, outputs.columns),
                        outputs.anchors[i], settings, input);
    for (std::size_t k = 0; k < points_each; ++k) {
      candidates.add_point(row.keypoint(k));
    }
    if (usable(score, row.box(), min_score) && all_finite(candidates.new_points())) {
      candidates.add(score, 0, row.box(), i);
    } else {
      candidates.drop_points();
    }
  }
  return candidates;
}

}  // namespace

Status decode_anchor_detector(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::AnchorDetector>(request.output.meaning.decoder);
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const AnchorOutputs outputs, anchor_outputs(request, settings));
  Candidates candidates = outputs.scores.visit([&](const auto& scores) {
    return anchor_candidates(outputs, scores, settings, request.geometry.input);
  });
  if (settings.subject == spec::AnchorDetector::Subject::kPose && settings.keypoints >= 2) {
    report_bodies(std::move(candidates), settings.detector, request.geometry, findings);
  } else {
    report(std::move(candidates), settings.detector, request.geometry, findings);
  }
  return {};
}

}  // namespace arete::transform
