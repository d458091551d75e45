// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "spec/parse_parts.hpp"

namespace arete::spec {

using document::Choice;
using document::invalid_node;
using document::MapReader;
using document::Node;

namespace {

Result<Nms> parse_nms(MapReader& outer, const Nms& defaults) {
  using Method = Nms::Method;
  static constexpr std::array<Choice<Method>, 3> kMethods{
      {{"none", Method::kNone}, {"hard", Method::kHard}, {"weighted", Method::kWeighted}}};
  const Node* const node = outer.find("nms");
  if (node == nullptr) {
    return defaults;
  }
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(*node, "'nms'"));
  Nms nms;
  // Whoever writes an nms block where the default is none wants one.
  const Method fallback = defaults.method == Method::kNone ? Method::kHard : defaults.method;
  ARETE_TRY_ASSIGN(nms.method, reader.choice<Method>("method", fallback, kMethods));
  ARETE_TRY_ASSIGN(nms.iou, reader.optional<double>("iou", defaults.iou, {0, 1}));
  ARETE_TRY_ASSIGN(nms.per_class, reader.optional<bool>("per_class", defaults.per_class));
  ARETE_TRY_ASSIGN(nms.max_candidates,
                   reader.optional<int>("max_candidates", defaults.max_candidates, {1, 1e6}));
  ARETE_TRY(reader.finish());
  return nms;
}

}  // namespace

Result<Labels> parse_labels(MapReader& reader) {
  Labels labels;
  const Node* const node = reader.find("labels");
  if (node == nullptr) {
    return labels;
  }
  labels.line = node->position().line;
  if (node->is_list()) {
    ARETE_TRY_ASSIGN(labels.names, document::value_as<std::vector<std::string>>(*node, "labels"));
    return labels;
  }
  ARETE_TRY_ASSIGN(MapReader inner, MapReader::open(*node, "'labels'"));
  ARETE_TRY_ASSIGN(labels.file, inner.optional<std::string>("file", ""));
  ARETE_TRY_ASSIGN(labels.names, inner.optional<std::vector<std::string>>("names", {}));
  ARETE_TRY_ASSIGN(labels.offset, inner.optional<int>("offset", 0, {-1e6, 1e6}));
  ARETE_TRY(inner.finish());
  if (labels.file.empty() == labels.names.empty()) {
    return invalid_node(*node, "'labels' needs either 'file' or 'names'");
  }
  return labels;
}

Result<DetectorSettings> parse_detector(MapReader& reader, const DetectorSettings& defaults) {
  DetectorSettings detector;
  ARETE_TRY_ASSIGN(detector.labels, parse_labels(reader));
  if (detector.labels.file.empty() && detector.labels.names.empty()) {
    detector.labels = defaults.labels;
  }
  ARETE_TRY_ASSIGN(detector.min_score,
                   reader.optional<double>("min_score", defaults.min_score, {0, 1}));
  ARETE_TRY_ASSIGN(detector.max_detections,
                   reader.optional<int>("max_detections", defaults.max_detections, {1, 1e6}));
  ARETE_TRY_ASSIGN(detector.nms, parse_nms(reader, defaults.nms));
  return detector;
}

Result<Activation> parse_activation(MapReader& reader, Activation fallback) {
  static constexpr std::array<Choice<Activation>, 3> kActivations{
      {{"none", Activation::kNone},
       {"sigmoid", Activation::kSigmoid},
       {"softmax", Activation::kSoftmax}}};
  return reader.choice<Activation>("activation", fallback, kActivations);
}

Result<std::vector<int>> parse_strides(MapReader& reader, const std::vector<int>& fallback) {
  ARETE_TRY_ASSIGN(auto strides, reader.optional<std::vector<int>>("strides", fallback, {1, 4096}));
  if (strides.empty() || strides.size() > 64) {
    return invalid_node(reader.node(), "'strides' must have 1 to 64 numbers");
  }
  return strides;
}

}  // namespace arete::spec
