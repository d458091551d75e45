// The anchors of MediaPipe's SSD graphs, and the prior boxes of plain SSD heads: centers and sizes
// in 0..1 of the input, in the order of the model's rows. Pure.
// Source: MediaPipe's SsdAnchorsCalculator options as published; SSD, arXiv:1512.02325.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/result.hpp"
#include "spec/output.hpp"

namespace arete::transform {

struct Anchor {
  double center_x = 0;
  double center_y = 0;
  double width = 1;
  double height = 1;
};

/// kInvalid for a stride below 1 or more than 2^20 anchors.
[[nodiscard]] Result<std::vector<Anchor>> make_anchors(const spec::AnchorGrid& grid,
                                                       spec::Size input);
[[nodiscard]] Result<std::vector<Anchor>> make_priors(const spec::PriorBoxes& priors,
                                                      spec::Size input);

}  // namespace arete::transform
