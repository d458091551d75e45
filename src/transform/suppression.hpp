// Candidates of a detector and their non-maximum suppression, exact and deterministic: equal scores
// keep the model's order. Not here: the decoding that makes candidates.
// Source: greedy suppression as used since Viola-Jones/DPM; the weighted form is MediaPipe's
// NonMaxSuppressionCalculator (BlazeFace, arXiv:1907.05047, section 5).
// Threads: pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "spec/output.hpp"
#include "tensor/results.hpp"

namespace arete::transform {

struct Candidate {
  float score = 0;
  int index = 0;  ///< class
  tensor::Box box;
  std::uint32_t order = 0;        ///< place in the model's output
  std::uint32_t first_point = 0;  ///< of its keypoints, in the pool
};

/// All candidates of a picture, in the model's order: that decides between equal scores. Their
/// keypoints lie in one pool: none allocates memory of its own.
class Candidates {
 public:
  explicit Candidates(std::size_t points_each = 0) : points_each_(points_each) {}

  void reserve(std::size_t count) { list_.reserve(count); }
  /// Keypoints of the candidate that is added next, `points_each` of them.
  void add_point(const tensor::Keypoint& point) { points_.push_back(point); }
  /// Takes the points added since the last one.
  void add(float score, int index, const tensor::Box& box, std::size_t order) {
    list_.push_back({score, index, box, static_cast<std::uint32_t>(order),
                     static_cast<std::uint32_t>(points_.size() - points_each_)});
  }
  [[nodiscard]] std::span<const tensor::Keypoint> new_points() const {
    return std::span(points_).last(points_each_);
  }
  /// Forgets the points added since the last candidate.
  void drop_points() { points_.resize(points_.size() - points_each_); }

  [[nodiscard]] std::vector<Candidate>& list() { return list_; }
  [[nodiscard]] const std::vector<Candidate>& list() const { return list_; }
  [[nodiscard]] std::span<tensor::Keypoint> points_of(const Candidate& candidate) {
    return std::span(points_).subspan(candidate.first_point, points_each_);
  }
  [[nodiscard]] std::span<const tensor::Keypoint> points_of(const Candidate& candidate) const {
    return std::span(points_).subspan(candidate.first_point, points_each_);
  }

 private:
  std::size_t points_each_;
  std::vector<Candidate> list_;
  std::vector<tensor::Keypoint> points_;
};

/// Finite numbers only, and a score in question: what may become a Candidate.
[[nodiscard]] inline bool usable(float score, const tensor::Box& box, double min_score) {
  return std::isfinite(score) && static_cast<double>(score) >= min_score && std::isfinite(box.x1) &&
         std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
}

/// The best `max_candidates` enter; at most `max_kept` stay, best first.
void suppress(Candidates& candidates, const spec::Nms& settings, int max_kept);

}  // namespace arete::transform
