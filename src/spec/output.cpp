// SPDX-License-Identifier: Apache-2.0
#include "spec/output.hpp"

#include <fmt/format.h>

#include <utility>

namespace arete::spec {
namespace {

template <class... Cases>
struct DecoderVisitor : Cases... {
  using Cases::operator()...;
};

}  // namespace

std::string Labels::name_of(int index) const {
  const std::int64_t at = std::int64_t{index} + offset;
  if (at >= 0 && std::cmp_less(at, names.size())) {
    return names[static_cast<std::size_t>(at)];
  }
  return fmt::format("class {}", index);
}

std::string_view name_of(const Decoder& decoder) {
  return std::visit(DecoderVisitor{
                        [](const Raw&) -> std::string_view { return "raw"; },
                        [](const TopK&) -> std::string_view { return "top_k"; },
                        [](const Ssd&) -> std::string_view { return "ssd"; },
                        [](const SsdRaw&) -> std::string_view { return "ssd_raw"; },
                        [](const Yolox&) -> std::string_view { return "yolox"; },
                        [](const YoloV5&) -> std::string_view { return "yolov5"; },
                        [](const YoloV8&) -> std::string_view { return "yolov8"; },
                        [](const FastestDet&) -> std::string_view { return "fastestdet"; },
                        [](const AnchorDetector& anchors) -> std::string_view {
                          return anchors.subject == AnchorDetector::Subject::kFace
                                     ? "mediapipe_face"
                                     : "mediapipe_pose";
                        },
                        [](const Keypoints&) -> std::string_view { return "keypoints"; },
                        [](const Segmentation&) -> std::string_view { return "segmentation"; },
                    },
                    decoder);
}

std::vector<std::string_view> roles_of(const Decoder& decoder) {
  if (std::holds_alternative<Ssd>(decoder)) {
    return {"boxes", "classes", "scores", "count"};
  }
  if (std::holds_alternative<SsdRaw>(decoder) || std::holds_alternative<AnchorDetector>(decoder)) {
    return {"boxes", "scores"};
  }
  return {"output"};
}

}  // namespace arete::spec
