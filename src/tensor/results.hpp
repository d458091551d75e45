// What a model says about an input, in the words of its user: classes, boxes, keypoints, masks,
// events. Coordinates are float pixel edges of the source picture: a box that covers the whole
// picture is [0, 0, width, height].
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace arete::tensor {

struct Box {
  float x1 = 0;
  float y1 = 0;
  float x2 = 0;
  float y2 = 0;

  [[nodiscard]] float width() const { return x2 - x1; }
  [[nodiscard]] float height() const { return y2 - y1; }
  [[nodiscard]] float area() const { return width() > 0 && height() > 0 ? width() * height() : 0; }
};

struct Keypoint {
  float x = 0;
  float y = 0;
  float score = 0;  ///< 0..1; 1 where the model gives none
};

struct Classification {
  std::string label;
  int index = 0;
  float score = 0;
};

struct Detection {
  std::string label;
  int index = 0;    ///< the file's class index
  float score = 0;  ///< 0..1
  Box box;
  std::vector<Keypoint> keypoints;
  std::optional<std::int64_t> track;
  std::vector<Classification> classes;  ///< what another model says of this region; best first
};

/// One class index a pixel, in source pixels, row-major.
struct Mask {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> classes;
  std::vector<std::string> labels;  ///< by class index; may be shorter than the indices used
};

struct Event {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::string label;
  float score = 0;
};

/// Everything that post-processing made of one picture or window.
struct Findings {
  std::vector<Detection> detections;
  std::vector<Classification> classes;
  std::optional<Mask> mask;
  std::vector<Event> events;
};

/// Intersection over union of two boxes; 0 if both are empty.
[[nodiscard]] float intersection_over_union(const Box& a, const Box& b);

}  // namespace arete::tensor
