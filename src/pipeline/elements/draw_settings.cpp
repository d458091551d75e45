// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/draw_settings.hpp"

#include <array>

#include "pipeline/elements/element_input.hpp"

namespace arete::pipeline {
namespace {

enum class Skeleton : std::uint8_t { kCoco, kNone };

constexpr std::size_t kCocoKeypoints = 17;

}  // namespace

Result<DrawSettings> read_draw_settings(document::MapReader& settings) {
  constexpr std::array<document::Choice<Skeleton>, 2> kSkeletons{
      {{"coco", Skeleton::kCoco}, {"none", Skeleton::kNone}}};
  DrawSettings out;
  ARETE_TRY_ASSIGN(out.of, read_labels(settings, "of"));
  ARETE_TRY_ASSIGN(const Skeleton skeleton,
                   settings.choice<Skeleton>("skeleton", Skeleton::kCoco, kSkeletons));
  if (skeleton == Skeleton::kCoco) {
    out.options.skeleton = media::coco_skeleton();
    out.options.skeleton_points = kCocoKeypoints;
  }
  ARETE_TRY_ASSIGN(
      const double score,
      settings.optional<double>("keypoint_score", double{out.options.keypoint_score}, {0, 1}));
  out.options.keypoint_score = static_cast<float>(score);
  ARETE_TRY_ASSIGN(const bool masks, settings.optional<bool>("masks", true));
  if (!masks) {
    out.options.mask_share = 0;
  }
  ARETE_TRY_ASSIGN(out.overlays, settings.optional<bool>("overlays", true));
  return out;
}

media::Drawing drawing_of(const Packet& packet, const DrawSettings& settings) {
  media::Drawing drawing;
  for (const auto& result : packet.results) {
    if (!is_one_of(settings.of, result->element)) {
      continue;
    }
    drawing.findings.push_back(&result->findings);
    for (const media::Overlay& overlay : result->overlays) {
      if (settings.overlays) {
        drawing.overlays.push_back(&overlay);
      }
    }
  }
  return drawing;
}

}  // namespace arete::pipeline
