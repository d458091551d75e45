// How elements draw the findings of a packet: the settings and what there is to draw.
// Internal to the elements. Threads: pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "document/reader.hpp"
#include "media/draw.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {

struct DrawSettings {
  std::vector<std::string> of;  ///< only the results of these elements; empty = all
  bool overlays = true;
  media::DrawOptions options;
};

/// `of`, `skeleton: coco|none`, `keypoint_score`, `masks` and `overlays`.
[[nodiscard]] Result<DrawSettings> read_draw_settings(document::MapReader& settings);

/// Points into the packet's results.
[[nodiscard]] media::Drawing drawing_of(const Packet& packet, const DrawSettings& settings);

}  // namespace arete::pipeline
