// Candidates of a detector and their non-maximum suppression, exact and deterministic: equal scores
// keep the model's order. Not here: the decoding that makes candidates.
// Source: greedy suppression as used since Viola-Jones/DPM; the weighted form is MediaPipe's
// NonMaxSuppressionCalculator (BlazeFace, arXiv:1907.05047, section 5).
// Threads: pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "spec/output.hpp"
#include "tensor/results.hpp"

namespace arete::transform {

struct Candidate {
  float score = 0;
  int index = 0;  ///< class
  tensor::Box box;
  std::size_t order = 0;  ///< place in the model's output: decides between equal scores
  std::vector<tensor::Keypoint> keypoints;
};

/// Finite numbers only, and a score in question: what may become a Candidate.
[[nodiscard]] bool usable(float score, const tensor::Box& box, double min_score);

/// The best `max_candidates` enter; at most `max_kept` come out, best first.
[[nodiscard]] std::vector<Candidate> suppress(std::vector<Candidate> candidates,
                                              const spec::Nms& settings, int max_kept);

}  // namespace arete::transform
