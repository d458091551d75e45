// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "transform/decode/decoder.hpp"

namespace arete::transform {
namespace {

struct DecoderRow {
  std::string_view name;
  DecodeFunction decode;
};

}  // namespace

DecodeFunction decoder_named(std::string_view name) {
  static constexpr std::array<DecoderRow, 12> kRows{{
      {"raw", decode_raw},
      {"top_k", decode_top_k},
      {"ssd", decode_ssd},
      {"ssd_raw", decode_ssd_raw},
      {"yolox", decode_yolox},
      {"yolov5", decode_yolo_v5},
      {"yolov8", decode_yolo_v8},
      {"fastestdet", decode_fastest_det},
      {"mediapipe_face", decode_anchor_detector},
      {"mediapipe_pose", decode_anchor_detector},
      {"keypoints", decode_keypoints},
      {"segmentation", decode_segmentation},
  }};
  for (const DecoderRow& row : kRows) {
    if (row.name == name) {
      return row.decode;
    }
  }
  return nullptr;
}

/// The caller keeps the tensors; there is nothing to find in them.
Status decode_raw(const DecodeRequest&, tensor::Findings&) { return {}; }

}  // namespace arete::transform
