// SPDX-License-Identifier: Apache-2.0
#include "transform/decode/detections.hpp"

#include <algorithm>
#include <cmath>

namespace arete::transform {

BestClass best_class(std::span<const float> values, std::size_t start, std::size_t stride,
                     std::size_t count) {
  BestClass best;
  for (std::size_t i = 0; i < count; ++i) {
    const float score = values[start + i * stride];
    // The comparison is false for NaN.
    if (best.index < 0 ? !std::isnan(score) : score > best.score) {
      best = {static_cast<int>(i), score};
    }
  }
  return best;
}

float sigmoid(float x) { return 1.0F / (1.0F + std::exp(-x)); }

double logit_bound(double min_score) {
  // Near 0 and 1 a float cannot tell neighbors apart well enough for the margin below.
  if (!(min_score > 1e-6 && min_score < 0.999)) {
    return -HUGE_VAL;
  }
  return std::log(min_score / (1 - min_score)) - 0.01;
}

void softmax(std::span<float> values) {
  float highest = -HUGE_VALF;
  for (float& value : values) {
    value = std::isnan(value) ? -HUGE_VALF : value;
    highest = std::max(highest, value);
  }
  double sum = 0;
  for (float& value : values) {
    // Equal infinities would subtract to NaN.
    value = value == highest ? 1.0F : std::exp(value - highest);
    sum += static_cast<double>(value);
  }
  for (float& value : values) {
    value = static_cast<float>(static_cast<double>(value) / sum);
  }
}

Status need_picture(const DecodeRequest& request) {
  if (!request.geometry.has_picture()) {
    return fail(ErrorCode::kInvalid, "the model has no picture as an input to place boxes in");
  }
  return {};
}

void report(Candidates candidates, const spec::DetectorSettings& settings, const Geometry& geometry,
            tensor::Findings& findings) {
  suppress(candidates, settings.nms, settings.max_detections);
  findings.detections.reserve(findings.detections.size() + candidates.list().size());
  for (const Candidate& kept : candidates.list()) {
    tensor::Detection detection;
    detection.box = geometry.to_source(kept.box);
    if (detection.box.area() <= 0) {
      continue;
    }
    detection.label = settings.labels.name_of(kept.index);
    detection.index = kept.index;
    detection.score = std::min(kept.score, 1.0F);
    const auto points = candidates.points_of(kept);
    detection.keypoints.reserve(points.size());
    for (const tensor::Keypoint& point : points) {
      detection.keypoints.push_back(geometry.to_source(point));
    }
    findings.detections.push_back(std::move(detection));
  }
}

}  // namespace arete::transform
