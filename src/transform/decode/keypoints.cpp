// Points of one subject, with a score each (MoveNet). The box is that of the points that are seen,
// the score their mean. Source: the published model card of MoveNet single pose.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "transform/decode/detections.hpp"

namespace arete::transform {
namespace {

/// Grows with each point that is seen.
struct PointSummary {
  tensor::Box box;
  float score_sum = 0;
  int seen = 0;

  void add(const tensor::Keypoint& point) {
    if (seen == 0) {
      box = {point.x, point.y, point.x, point.y};
    }
    box = {std::min(box.x1, point.x), std::min(box.y1, point.y), std::max(box.x2, point.x),
           std::max(box.y2, point.y)};
    score_sum += point.score;
    ++seen;
  }
};

tensor::Keypoint keypoint_of(std::span<const float> row, const spec::Keypoints& settings,
                             const Geometry& geometry) {
  const bool y_first = settings.order == spec::Keypoints::Order::kYxScore;
  const float by_x = settings.normalized ? static_cast<float>(geometry.input.width) : 1.0F;
  const float by_y = settings.normalized ? static_cast<float>(geometry.input.height) : 1.0F;
  const tensor::Keypoint point{row[y_first ? 1 : 0] * by_x, row[y_first ? 0 : 1] * by_y, row[2]};
  if (!std::isfinite(point.x) || !std::isfinite(point.y) || !std::isfinite(point.score)) {
    return {0, 0, 0};  // stays in the list, so that the indices keep their meaning
  }
  return geometry.to_source(point);
}

}  // namespace

Status decode_keypoints(const DecodeRequest& request, tensor::Findings& findings) {
  const auto& settings = std::get<spec::Keypoints>(request.output.meaning.decoder);
  constexpr std::string_view kShape = "[1, 1, n, 3]";
  ARETE_TRY(need_picture(request));
  ARETE_TRY_ASSIGN(const RealValues output, request.real("output"));
  const std::string& name = request.facts("output").name;
  ARETE_TRY_ASSIGN(const auto dims, extents(output.shape(), 2, name, kShape));
  if (dims[1] != 3 ||
      (!settings.names.empty() && static_cast<std::size_t>(dims[0]) != settings.names.size())) {
    return fail(ErrorCode::kInvalid, "output '{}' has shape {}; expected {}{}", name,
                output.shape().text(), kShape,
                settings.names.empty() ? "" : fmt::format(" with n = {}", settings.names.size()));
  }
  tensor::Detection detection;
  PointSummary summary;
  for (std::size_t i = 0; i < static_cast<std::size_t>(dims[0]); ++i) {
    const auto point = keypoint_of(output.values().subspan(3 * i, 3), settings, request.geometry);
    detection.keypoints.push_back(point);
    if (static_cast<double>(point.score) >= settings.min_score) {
      summary.add(point);
    }
  }
  if (summary.seen == 0) {
    return {};
  }
  detection.label = settings.label;
  detection.score = summary.score_sum / static_cast<float>(summary.seen);
  detection.box = summary.box;
  findings.detections.push_back(std::move(detection));
  return {};
}

}  // namespace arete::transform
