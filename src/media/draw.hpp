// Findings drawn into the picture they were made from: boxes with captions, keypoints, skeletons,
// masks, classes, one line of numbers. Sizes follow the picture's; colors follow the class.
// Threads: one picture, one thread. Errors: none, everything is clipped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tensor/picture.hpp"
#include "tensor/results.hpp"

namespace arete::media {

struct DrawOptions {
  std::vector<std::pair<int, int>> skeleton{};  ///< pairs of keypoint indices to connect
  float keypoint_score = 0.3F;                  ///< keypoints below are left out
  float mask_share = 0.45F;                     ///< 0 = invisible, 1 = opaque; class 0 is not drawn
  std::string stats{};                          ///< e.g. "12.3 ms  onnxruntime"; empty = no line
  int scale = 0;  ///< pixels a font pixel; 0 = from the picture's size
};

/// Pixels a font pixel that keep text readable in a picture of this size.
[[nodiscard]] int drawing_scale(int width, int height);

void draw(tensor::Picture& picture, const tensor::Findings& findings,
          const DrawOptions& options = {});

/// The lines that connect COCO's 17 body keypoints.
[[nodiscard]] const std::vector<std::pair<int, int>>& coco_skeleton();

}  // namespace arete::media
