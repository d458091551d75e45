// What all detectors share: the best class of a row, the box forms, and the way from candidates to
// detections in source pixels. Internal to transform.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "transform/decode/decoder.hpp"

namespace arete::transform {

struct BestClass {
  int index = -1;  ///< -1: no score was a number
  float score = 0;
};
/// The highest of `count` scores that lie `stride` apart; the first of equals; NaN never wins.
[[nodiscard]] BestClass best_class(std::span<const float> values, std::size_t start,
                                   std::size_t stride, std::size_t count);

[[nodiscard]] inline tensor::Box centered_box(float center_x, float center_y, float width,
                                              float height) {
  return {center_x - width / 2, center_y - height / 2, center_x + width / 2, center_y + height / 2};
}
/// From 0..1 of the input to its pixels.
[[nodiscard]] inline tensor::Box scaled(const tensor::Box& box, float by_x, float by_y) {
  return {box.x1 * by_x, box.y1 * by_y, box.x2 * by_x, box.y2 * by_y};
}

[[nodiscard]] float sigmoid(float x);
/// Below this a sigmoid is surely under `min_score`, rounding included; above it may be either. So
/// most logits are done with one comparison. Minus infinity where no bound is safe.
[[nodiscard]] double logit_bound(double min_score);
/// In place; NaN counts as minus infinity.
void softmax(std::span<float> values);

/// kInvalid unless a picture was prepared: boxes would have nowhere to go.
[[nodiscard]] Status need_picture(const DecodeRequest& request);

/// Suppression in input pixels, then labels and source pixels. Boxes that are empty once clipped
/// are left out.
void report(Candidates candidates, const spec::DetectorSettings& settings, const Geometry& geometry,
            tensor::Findings& findings);

}  // namespace arete::transform
