// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "spec/parse_parts.hpp"

namespace arete::spec {

using document::Choice;
using document::invalid_node;
using document::MapReader;
using document::Node;

namespace {

Result<Decoder> parse_top_k(MapReader& reader) {
  TopK top;
  ARETE_TRY_ASSIGN(top.labels, parse_labels(reader));
  ARETE_TRY_ASSIGN(top.k, reader.optional<int>("k", top.k, {1, 100000}));
  ARETE_TRY_ASSIGN(top.min_score, reader.optional<double>("min_score", 0, {0, 1}));
  ARETE_TRY_ASSIGN(top.activation, parse_activation(reader, Activation::kNone));
  ARETE_TRY_ASSIGN(top.background, reader.maybe<int>("background", {0, 1e6}));
  return Decoder(std::move(top));
}

Result<Decoder> parse_ssd(MapReader& reader) {
  // The file's own operator has suppressed already.
  DetectorSettings defaults;
  defaults.nms.method = Nms::Method::kNone;
  Ssd ssd;
  ARETE_TRY_ASSIGN(ssd.detector, parse_detector(reader, defaults));
  return Decoder(std::move(ssd));
}

Result<PriorBoxes> parse_priors(const Node& node) {
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, "'priors'"));
  PriorBoxes priors;
  ARETE_TRY(reader.child("strides"));
  ARETE_TRY_ASSIGN(priors.strides, parse_strides(reader, {}));
  ARETE_TRY_ASSIGN(const Node* const sizes, reader.child("sizes"));
  if (!sizes->is_list() || sizes->size() != priors.strides.size()) {
    return invalid_node(*sizes, "'sizes' must be a list with one list for each stride");
  }
  for (const Node& item : sizes->items()) {
    ARETE_TRY_ASSIGN(auto list,
                     document::value_as<std::vector<double>>(item, "sizes", {0.1, kMostPixels}));
    priors.sizes.push_back(std::move(list));
  }
  if (const Node* const variances = reader.find("variances")) {
    ARETE_TRY_ASSIGN(const auto values,
                     document::value_as<std::vector<double>>(*variances, "variances", {1e-6, 100}));
    if (values.size() != 2) {
      return invalid_node(*variances, "'variances' must be [of the center, of the size]");
    }
    priors.variances = {values[0], values[1]};
  }
  ARETE_TRY(reader.finish());
  return priors;
}

Result<Decoder> parse_ssd_raw(MapReader& reader) {
  static constexpr std::array<Choice<BoxForm>, 3> kForms{
      {{"xyxy", BoxForm::kXyxy}, {"yxyx", BoxForm::kYxyx}, {"cxcywh", BoxForm::kCxcywh}}};
  SsdRaw raw;
  ARETE_TRY_ASSIGN(raw.detector, parse_detector(reader, {}));
  ARETE_TRY_ASSIGN(raw.form, reader.choice<BoxForm>("form", BoxForm::kXyxy, kForms));
  ARETE_TRY_ASSIGN(raw.normalized, reader.optional<bool>("normalized", true));
  ARETE_TRY_ASSIGN(raw.activation, parse_activation(reader, Activation::kNone));
  ARETE_TRY_ASSIGN(raw.background, reader.maybe<int>("background", {0, 1e6}));
  if (const Node* const priors = reader.find("priors")) {
    ARETE_TRY_ASSIGN(raw.priors, parse_priors(*priors));
  }
  return Decoder(std::move(raw));
}

Result<Decoder> parse_yolox(MapReader& reader) {
  Yolox yolox;
  ARETE_TRY_ASSIGN(yolox.detector, parse_detector(reader, {}));
  ARETE_TRY_ASSIGN(yolox.strides, parse_strides(reader, yolox.strides));
  return Decoder(std::move(yolox));
}

template <class Yolo>
Result<Decoder> parse_decoded_yolo(MapReader& reader) {
  Yolo yolo;
  ARETE_TRY_ASSIGN(yolo.detector, parse_detector(reader, {}));
  ARETE_TRY_ASSIGN(yolo.normalized, reader.optional<bool>("normalized", false));
  return Decoder(std::move(yolo));
}

Result<Decoder> parse_fastestdet(MapReader& reader) {
  FastestDet grid;
  ARETE_TRY_ASSIGN(grid.detector, parse_detector(reader, {}));
  ARETE_TRY_ASSIGN(grid.object_power, reader.optional<double>("object_power", 0.6, {0, 10}));
  ARETE_TRY_ASSIGN(grid.class_power, reader.optional<double>("class_power", 0.4, {0, 10}));
  return Decoder(std::move(grid));
}

Result<AnchorGrid> parse_anchors(MapReader& outer) {
  ARETE_TRY_ASSIGN(const Node* const node, outer.child("anchors"));
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(*node, "'anchors'"));
  AnchorGrid grid;
  ARETE_TRY(reader.child("strides"));
  ARETE_TRY_ASSIGN(grid.strides, parse_strides(reader, {}));
  ARETE_TRY_ASSIGN(grid.aspect_ratios, reader.optional<std::vector<double>>(
                                           "aspect_ratios", grid.aspect_ratios, {0.01, 100}));
  ARETE_TRY_ASSIGN(grid.min_scale, reader.optional<double>("min_scale", grid.min_scale, {0, 10}));
  ARETE_TRY_ASSIGN(grid.max_scale, reader.optional<double>("max_scale", grid.max_scale, {0, 10}));
  ARETE_TRY_ASSIGN(grid.interpolated_scale_aspect_ratio,
                   reader.optional<double>("interpolated_scale_aspect_ratio", 1, {0, 100}));
  ARETE_TRY_ASSIGN(grid.offset_x, reader.optional<double>("offset_x", 0.5, {0, 1}));
  ARETE_TRY_ASSIGN(grid.offset_y, reader.optional<double>("offset_y", 0.5, {0, 1}));
  ARETE_TRY_ASSIGN(grid.fixed_size, reader.optional<bool>("fixed_size", true));
  ARETE_TRY_ASSIGN(grid.reduce_lowest_layer, reader.optional<bool>("reduce_lowest_layer", false));
  ARETE_TRY(reader.finish());
  return grid;
}

Result<Decoder> parse_anchor_detector(MapReader& reader, AnchorDetector::Subject subject) {
  DetectorSettings defaults;
  defaults.min_score = 0.5;
  defaults.nms = {.method = Nms::Method::kWeighted, .iou = 0.3};
  defaults.labels.names = {subject == AnchorDetector::Subject::kFace ? "face" : "person"};
  AnchorDetector detector;
  detector.subject = subject;
  const int points = subject == AnchorDetector::Subject::kFace ? 6 : 4;
  ARETE_TRY_ASSIGN(detector.detector, parse_detector(reader, defaults));
  ARETE_TRY_ASSIGN(detector.anchors, parse_anchors(reader));
  ARETE_TRY_ASSIGN(detector.keypoints, reader.optional<int>("keypoints", points, {0, 1000}));
  ARETE_TRY_ASSIGN(detector.keypoint_names,
                   reader.optional<std::vector<std::string>>("keypoint_names", {}));
  ARETE_TRY_ASSIGN(detector.coordinate_scale,
                   reader.optional<double>("coordinate_scale", 0, {1, kMostPixels}));
  ARETE_TRY_ASSIGN(detector.score_clip, reader.optional<double>("score_clip", 100, {1, 1e6}));
  if (!detector.keypoint_names.empty() &&
      std::cmp_not_equal(detector.keypoint_names.size(), detector.keypoints)) {
    return invalid_node(*reader.find("keypoint_names"),
                        fmt::format("{} names for {} keypoints", detector.keypoint_names.size(),
                                    detector.keypoints));
  }
  return Decoder(std::move(detector));
}

Result<Decoder> parse_keypoints(MapReader& reader) {
  using Order = Keypoints::Order;
  static constexpr std::array<Choice<Order>, 2> kOrders{
      {{"y-x-score", Order::kYxScore}, {"x-y-score", Order::kXyScore}}};
  Keypoints points;
  ARETE_TRY_ASSIGN(points.label, reader.optional<std::string>("label", points.label));
  ARETE_TRY_ASSIGN(points.names, reader.optional<std::vector<std::string>>("keypoint_names", {}));
  ARETE_TRY_ASSIGN(points.order, reader.choice<Order>("order", Order::kYxScore, kOrders));
  ARETE_TRY_ASSIGN(points.normalized, reader.optional<bool>("normalized", true));
  ARETE_TRY_ASSIGN(points.min_score, reader.optional<double>("min_score", 0.2, {0, 1}));
  return Decoder(std::move(points));
}

Result<std::vector<std::array<std::uint8_t, 3>>> parse_palette(MapReader& reader) {
  std::vector<std::array<std::uint8_t, 3>> palette;
  const Node* const node = reader.find("palette");
  if (node == nullptr) {
    return palette;
  }
  if (!node->is_list() || node->size() > 256) {
    return invalid_node(*node, "'palette' must be a list of at most 256 colors [r, g, b]");
  }
  for (const Node& item : node->items()) {
    ARETE_TRY_ASSIGN(const auto color,
                     document::value_as<std::vector<int>>(item, "palette", {0, 255}));
    if (color.size() != 3) {
      return invalid_node(item, "a color of 'palette' must be [r, g, b]");
    }
    palette.push_back({static_cast<std::uint8_t>(color[0]), static_cast<std::uint8_t>(color[1]),
                       static_cast<std::uint8_t>(color[2])});
  }
  return palette;
}

Result<Decoder> parse_segmentation(MapReader& reader) {
  using Mode = Segmentation::Mode;
  static constexpr std::array<Choice<Mode>, 3> kModes{
      {{"argmax", Mode::kArgmax}, {"index", Mode::kIndex}, {"probability", Mode::kProbability}}};
  Segmentation mask;
  ARETE_TRY(reader.child("mode"));
  ARETE_TRY_ASSIGN(mask.mode, reader.choice<Mode>("mode", Mode::kArgmax, kModes));
  ARETE_TRY_ASSIGN(mask.labels, parse_labels(reader));
  if (mask.mode == Mode::kProbability) {
    ARETE_TRY_ASSIGN(mask.threshold, reader.optional<double>("threshold", 0.5, {0, 1}));
    ARETE_TRY_ASSIGN(mask.activation, parse_activation(reader, Activation::kNone));
  }
  ARETE_TRY_ASSIGN(mask.palette, parse_palette(reader));
  return Decoder(std::move(mask));
}

using DecoderParser = Result<Decoder> (*)(MapReader&);
constexpr std::array<Choice<DecoderParser>, 11> kDecoders{{
    {"top_k", parse_top_k},
    {"ssd", parse_ssd},
    {"ssd_raw", parse_ssd_raw},
    {"yolox", parse_yolox},
    {"yolov5", parse_decoded_yolo<YoloV5>},
    {"yolov8", parse_decoded_yolo<YoloV8>},
    {"fastestdet", parse_fastestdet},
    {"mediapipe_face",
     [](MapReader& reader) {
       return parse_anchor_detector(reader, AnchorDetector::Subject::kFace);
     }},
    {"mediapipe_pose",
     [](MapReader& reader) {
       return parse_anchor_detector(reader, AnchorDetector::Subject::kPose);
     }},
    {"keypoints", parse_keypoints},
    {"segmentation", parse_segmentation},
}};

Result<Decoder> parse_raw(MapReader& /*reader*/) { return Decoder(Raw{}); }

}  // namespace

Result<Decoder> parse_decoder(MapReader& reader) {
  static const std::vector<Choice<DecoderParser>> kAll = [] {
    std::vector<Choice<DecoderParser>> all(kDecoders.begin(), kDecoders.end());
    all.emplace_back("raw", parse_raw);
    return all;
  }();
  ARETE_TRY(reader.child("decoder"));
  ARETE_TRY_ASSIGN(const DecoderParser parser,
                   reader.choice<DecoderParser>("decoder", parse_raw, kAll));
  return parser(reader);
}

}  // namespace arete::spec
