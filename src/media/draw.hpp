// Findings drawn into the picture they were made from: boxes with captions, keypoints, skeletons,
// masks, classes, zones and counting lines, one line of numbers. Sizes follow the picture's; colors
// follow the track, or the class where there is none. Text lies on plates of its own, shapes have
// an edge of the opposite brightness: both show on any ground.
// Threads: one picture, one thread. Errors: none, everything is clipped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "media/overlay.hpp"
#include "tensor/picture.hpp"
#include "tensor/results.hpp"

namespace arete::media {

struct DrawOptions {
  std::vector<std::pair<int, int>> skeleton{};  ///< pairs of keypoint indices to connect
  std::size_t skeleton_points = 0;  ///< keypoints that a detection with lines has; 0 = any number
  float keypoint_score = 0.3F;      ///< keypoints below are left out
  float mask_share = 0.45F;         ///< 0 = invisible, 1 = opaque; class 0 is not drawn
  float zone_share = 0.2F;          ///< the same, of a zone's area
  std::string stats{};  ///< e.g. "yolox_nano 12.3 ms  onnxruntime f32  24.8 fps"; empty = no line
  int scale = 0;        ///< pixels a font pixel; 0 = from the picture's size
};

/// All that is drawn into one picture. What it points to must stay as long as it is used.
struct Drawing {
  std::vector<const tensor::Findings*> findings{};
  std::vector<const Overlay*> overlays{};
};

/// Pixels a font pixel that keep text readable in a picture of this size.
[[nodiscard]] int drawing_scale(int width, int height);

void draw_all(tensor::Picture& picture, const Drawing& drawing, const DrawOptions& options = {});
void draw(tensor::Picture& picture, const tensor::Findings& findings,
          const DrawOptions& options = {});

/// The lines that connect COCO's 17 body keypoints.
[[nodiscard]] const std::vector<std::pair<int, int>>& coco_skeleton();

}  // namespace arete::media
