// SPDX-License-Identifier: Apache-2.0
#include "spec/parse.hpp"

#include <gtest/gtest.h>

#include <string>

#include "document/parse.hpp"

namespace arete::spec {
namespace {

Result<Spec> parse_text(const std::string& text) {
  auto node = document::parse_yaml(text, "x.spec.yaml");
  EXPECT_TRUE(node.has_value()) << (node ? "" : node.error().message());
  return parse(node.value());
}

/// A spec with these lines in its one input, the first of them on line 4.
Result<Spec> with_input(const std::string& lines) {
  return parse_text("spec: 1\ninputs:\n  -\n" + lines);
}
/// A spec with these lines in its one output, the first of them on line 4.
Result<Spec> with_output(const std::string& lines) {
  return parse_text("spec: 1\ninputs: [{kind: tensor}]\noutputs:\n  - " + lines);
}
template <class Kind>
Kind input_of(const std::string& lines) {
  const auto spec = with_input(lines);
  EXPECT_TRUE(spec.has_value()) << (spec ? "" : spec.error().message());
  return spec.has_value() ? std::get<Kind>(spec->inputs.at(0).kind) : Kind();
}
template <class Kind>
Kind decoder_of(const std::string& lines) {
  const auto spec = with_output(lines);
  EXPECT_TRUE(spec.has_value()) << (spec ? "" : spec.error().message());
  return spec.has_value() ? std::get<Kind>(spec->outputs.at(0).decoder) : Kind();
}

TEST(ParseSpec, ReadsTheHead) {
  const Spec spec =
      parse_text("spec: 1\nname: n\ndescription: d\ninputs: [{kind: tensor}]").value();
  EXPECT_EQ(spec.name, "n");
  EXPECT_EQ(spec.description, "d");
  EXPECT_EQ(spec.source, "x.spec.yaml");
  EXPECT_TRUE(std::holds_alternative<TensorInput>(spec.inputs.at(0).kind));
  EXPECT_TRUE(spec.outputs.empty());
}

TEST(ParseSpec, ReadsAnImageInputWithAllKeys) {
  const auto image = input_of<ImageInput>(
      "    kind: image\n    name: in\n    size: [320, 240]\n    fit: letterbox\n"
      "    placement: top-left\n    pad: [1, 2, 3]\n    resample: area\n    color: bgr\n"
      "    mean: [1, 2, 3]\n    std: 2\n");
  EXPECT_EQ(image.size, (Size{320, 240}));
  EXPECT_EQ(image.fit, Fit::kLetterbox);
  EXPECT_EQ(image.placement, Placement::kTopLeft);
  EXPECT_EQ(image.pad, (std::array<std::uint8_t, 3>{1, 2, 3}));
  EXPECT_EQ(image.resample, Resample::kArea);
  EXPECT_EQ(image.color, ColorOrder::kBgr);
  EXPECT_EQ(image.mean, (std::array<double, 3>{1, 2, 3}));
  EXPECT_EQ(image.std_dev, (std::array<double, 3>{2, 2, 2}));
}

TEST(ParseSpec, ImageDefaultsAreRawRgbStretched) {
  const auto image = input_of<ImageInput>("    kind: image\n");
  EXPECT_FALSE(image.size.has_value());
  EXPECT_EQ(image.fit, Fit::kStretch);
  EXPECT_EQ(image.color, ColorOrder::kRgb);
  EXPECT_EQ(image.resample, Resample::kBilinear);
  EXPECT_EQ(image.mean[0], 0);
  EXPECT_EQ(image.std_dev[0], 1);
}

TEST(ParseSpec, RangeMapsBlackAndWhiteToItsEnds) {
  for (const auto& [low, high] : {std::pair{-1.0, 1.0}, {0.0, 1.0}, {0.0, 255.0}, {-2.5, 4.0}}) {
    const auto image = input_of<ImageInput>("    kind: image\n    range: [" + std::to_string(low) +
                                            ", " + std::to_string(high) + "]\n");
    EXPECT_NEAR((0 - image.mean[1]) / image.std_dev[1], low, 1e-12);
    EXPECT_NEAR((255 - image.mean[1]) / image.std_dev[1], high, 1e-12);
  }
}

TEST(ParseSpec, CenterCropTakesItsFraction) {
  const auto image = input_of<ImageInput>("    {kind: image, fit: center-crop, crop: 0.875}\n");
  EXPECT_EQ(image.fit, Fit::kCenterCrop);
  EXPECT_EQ(image.crop_fraction, 0.875);
}

TEST(ParseSpec, ReadsAudioWithFeatures) {
  const auto audio = input_of<AudioInput>(
      "    kind: audio\n    sample_rate: 16000\n    window: 16000\n    hop: 8000\n    context: 64\n"
      "    mean: 0.5\n    std: 2\n    features:\n"
      "      {kind: mfcc, window_ms: 30, hop_ms: 20, fft_size: 512, mel_bins: 40,\n"
      "       coefficients: 10, lowest_hz: 20, highest_hz: 4000, log: decibel, log_floor: 1.0e-8,\n"
      "       preemphasis: 0.97}\n");
  EXPECT_EQ(audio.window, 16000);
  EXPECT_EQ(audio.hop, 8000);
  EXPECT_EQ(audio.context, 64);
  ASSERT_TRUE(audio.features.has_value());
  EXPECT_EQ(audio.features->kind, SpectrumFeatures::Kind::kMfcc);
  EXPECT_EQ(audio.features->coefficients, 10);
  EXPECT_EQ(audio.features->log, SpectrumFeatures::Log::kDecibel);
  EXPECT_EQ(audio.features->highest_hz, 4000);
}

TEST(ParseSpec, ReadsTheOtherInputKinds) {
  const auto series = input_of<SeriesInput>(
      "    {kind: series, length: 9, hop: 3, rate_hz: 50, columns: [a, {name: b, mean: 1, std: "
      "4}]}\n");
  EXPECT_EQ(series.columns.at(1).std_dev, 4);
  EXPECT_EQ(series.columns.at(0).name, "a");
  const auto text = input_of<TextInput>(
      "    {kind: text, tokenizer: regex, split: '\\W+', vocabulary: v.txt, length: 256,\n"
      "     lowercase: true, start_token: <S>, pad_token: <P>, unknown_token: <U>}\n");
  EXPECT_EQ(text.tokenizer, TextInput::Tokenizer::kRegex);
  EXPECT_EQ(text.start_token, "<S>");
  const auto bytes = input_of<BytesInput>("    {kind: bytes, begin: 10, end: 20, padding: 0}\n");
  EXPECT_EQ(bytes.end, 20);
  const auto constant = input_of<ConstantInput>("    {kind: constant, value: [1, 2.5]}\n");
  EXPECT_EQ(constant.values, (std::vector<double>{1, 2.5}));
  const auto state = input_of<StateInput>("    {kind: state, output: next, initial: 1}\n");
  EXPECT_EQ(state.output, "next");
  EXPECT_EQ(state.initial, 1);
}

TEST(ParseSpec, ReadsWhatIsStatedOfATensor) {
  const Spec spec = with_input(
                        "    kind: image\n    tensor: {dtype: u8, shape: [1, -1, 4, 3], layout: "
                        "nhwc, scale: 0.5, zero_point: 3}\n")
                        .value();
  const StatedTensor& stated = spec.inputs[0].stated;
  EXPECT_EQ(stated.dtype, tensor::DType::kU8);
  EXPECT_EQ(stated.shape, (std::vector<std::int64_t>{1, -1, 4, 3}));
  EXPECT_EQ(stated.layout, "nhwc");
  EXPECT_EQ(stated.scale, 0.5);
  EXPECT_EQ(stated.zero_point, 3);
}

TEST(ParseSpec, ReadsTopKAndAggregation) {
  const Spec spec = with_output(
                        "{decoder: top_k, labels: {names: [a, b], offset: -1}, k: 2, min_score: "
                        "0.1, activation: softmax, background: 0, aggregate: {method: max, "
                        "windows: 3}}")
                        .value();
  const auto& top = std::get<TopK>(spec.outputs[0].decoder);
  EXPECT_EQ(top.k, 2);
  EXPECT_EQ(top.activation, Activation::kSoftmax);
  EXPECT_EQ(top.background, 0);
  EXPECT_EQ(top.labels.name_of(1), "a");
  EXPECT_EQ(top.labels.name_of(0), "class 0");
  EXPECT_EQ(top.labels.name_of(3), "class 3");
  EXPECT_EQ(spec.outputs[0].aggregation.method, Aggregation::Method::kMax);
  EXPECT_EQ(spec.outputs[0].aggregation.windows, 3);
}

TEST(ParseSpec, ReadsTheDetectors) {
  EXPECT_EQ(decoder_of<Ssd>("{decoder: ssd}").detector.nms.method, Nms::Method::kNone);
  const auto raw = decoder_of<SsdRaw>(
      "{decoder: ssd_raw, form: cxcywh, normalized: false, activation: softmax, background: 0,\n"
      "     priors: {strides: [8, 16], sizes: [[10, 16], [32]], variances: [0.1, 0.2]}}");
  EXPECT_EQ(raw.form, BoxForm::kCxcywh);
  EXPECT_EQ(raw.priors.value().sizes.at(0).at(1), 16);
  const auto yolox = decoder_of<Yolox>(
      "{decoder: yolox, strides: [8], min_score: 0.2, max_detections: 7,\n"
      "     nms: {method: weighted, iou: 0.6, per_class: false, max_candidates: 9}}");
  EXPECT_EQ(yolox.strides, std::vector<int>{8});
  EXPECT_EQ(yolox.detector.nms.max_candidates, 9);
  EXPECT_FALSE(yolox.detector.nms.per_class);
  EXPECT_TRUE(decoder_of<YoloV5>("{decoder: yolov5, normalized: true}").normalized);
  EXPECT_FALSE(decoder_of<YoloV8>("{decoder: yolov8}").normalized);
  EXPECT_EQ(decoder_of<FastestDet>("{decoder: fastestdet, object_power: 1}").object_power, 1);
}

TEST(ParseSpec, ReadsMediaPipeAnchors) {
  const auto face = decoder_of<AnchorDetector>(
      "{decoder: mediapipe_face, anchors: {strides: [4], interpolated_scale_aspect_ratio: 0,\n"
      "     min_scale: 0.2, max_scale: 0.9, aspect_ratios: [1, 2], offset_x: 0, offset_y: 1,\n"
      "     fixed_size: false, reduce_lowest_layer: true}, coordinate_scale: 192, score_clip: 50}");
  EXPECT_EQ(face.keypoints, 6);
  EXPECT_EQ(face.detector.nms.method, Nms::Method::kWeighted);
  EXPECT_EQ(face.detector.min_score, 0.5);
  EXPECT_EQ(face.detector.labels.names, std::vector<std::string>{"face"});
  EXPECT_EQ(face.anchors.interpolated_scale_aspect_ratio, 0);
  EXPECT_TRUE(face.anchors.reduce_lowest_layer);
  const auto pose = decoder_of<AnchorDetector>(
      "{decoder: mediapipe_pose, anchors: {strides: [8, 16]}, labels: [body]}");
  EXPECT_EQ(pose.keypoints, 4);
  EXPECT_EQ(pose.subject, AnchorDetector::Subject::kPose);
  EXPECT_EQ(pose.detector.labels.names, std::vector<std::string>{"body"});
}

TEST(ParseSpec, ReadsKeypointsSegmentationAndRaw) {
  const auto points = decoder_of<Keypoints>(
      "{decoder: keypoints, order: x-y-score, keypoint_names: [a], label: hand, min_score: 0.3}");
  EXPECT_EQ(points.order, Keypoints::Order::kXyScore);
  EXPECT_EQ(points.label, "hand");
  const auto mask = decoder_of<Segmentation>(
      "{decoder: segmentation, mode: probability, threshold: 0.4, activation: sigmoid,\n"
      "     palette: [[0, 0, 0], [255, 128, 0]], labels: {file: l.txt}}");
  EXPECT_EQ(mask.threshold, 0.4);
  EXPECT_EQ(mask.palette.at(1)[1], 128);
  EXPECT_EQ(mask.labels.file, "l.txt");
  EXPECT_TRUE(
      std::holds_alternative<Raw>(with_output("{decoder: raw}").value().outputs.at(0).decoder));
}

TEST(ParseSpec, TensorsAreReferredToByNameOrPosition) {
  const Spec spec = with_output(
                        "{decoder: ssd, tensors: {boxes: b, scores: 2, count: {name: n, dtype: "
                        "f32}}}")
                        .value();
  const auto& tensors = spec.outputs[0].tensors;
  ASSERT_EQ(tensors.size(), 3U);
  EXPECT_EQ(tensors[0].name, "b");
  EXPECT_EQ(tensors[1].role, "scores");
  EXPECT_EQ(tensors[1].position, 2);
  EXPECT_EQ(tensors[2].stated.dtype, tensor::DType::kF32);
}

struct BadSpec {
  std::string lines;
  std::string where;
  std::string message;
};

void expect_refused(const Result<Spec>& spec, const BadSpec& bad) {
  ASSERT_FALSE(spec.has_value()) << bad.lines;
  EXPECT_EQ(spec.error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(spec.error().where(), "x.spec.yaml:" + bad.where) << bad.lines;
  EXPECT_NE(spec.error().message().find(bad.message), std::string::npos) << bad.lines << "\n"
                                                                         << spec.error().message();
}

TEST(ParseSpec, RefusesBadHeads) {
  const BadSpec cases[] = {
      {"inputs: [{kind: tensor}]", "1", "lacks the key 'spec'"},
      {"spec: 2\ninputs: [{kind: tensor}]", "1", "version 2"},
      {"spec: 1\ninput: []", "2", "did you mean 'inputs'"},
      {"spec: 1\ninputs: []", "1", "at least one"},
      {"spec: 1\ninputs: 3", "2", "must be a list"},
      {"spec: 1\ninputs:\n  - {kind: tensor, name: a}\n  - {kind: tensor, name: a}", "4", "twice"},
      {"[1]", "1", "must be a map"}};
  for (const BadSpec& bad : cases) {
    expect_refused(parse_text(bad.lines), bad);
  }
}

TEST(ParseSpec, RefusesBadInputs) {
  const BadSpec cases[] = {
      {"    {name: x}", "4", "lacks the key 'kind'"},
      {"    {kind: picture}", "4", "'picture'"},
      {"    kind: image\n    colour: rgb", "5", "did you mean 'color'"},
      {"    kind: image\n    size: [0, 3]", "5", "from 1 to 16384"},
      {"    kind: image\n    size: [3]", "5", "[width, height]"},
      {"    kind: image\n    fit: crop", "5", "'fit' is 'crop'"},
      {"    kind: image\n    crop: 0.5", "5", "needs 'fit: center-crop'"},
      {"    kind: image\n    pad: 3", "5", "needs 'fit: letterbox'"},
      {"    kind: image\n    fit: letterbox\n    pad: 1.5", "6", "whole numbers"},
      {"    kind: image\n    fit: letterbox\n    pad: [1, 2]", "6", "one number or three"},
      {"    kind: image\n    fit: center-crop\n    crop: 1.5", "6", "from 0.01 to 1"},
      {"    kind: image\n    std: 0", "5", "'std' is 0"},
      {"    kind: image\n    std: 1\n    range: [0, 1]", "6", "give one of them"},
      {"    kind: image\n    range: [1, 0]", "5", "[lowest, highest]"},
      {"    kind: image\n    range: [0]", "5", "[lowest, highest]"},
      {"    kind: image\n    tensor: {dtype: float}", "5", "no element type"},
      {"    kind: image\n    tensor: {layout: hwc}", "5", "'layout'"},
      {"    kind: audio", "4", "'sample_rate'"},
      {"    kind: audio\n    sample_rate: 8000\n    features: {kind: mfcc, highest_hz: 5000}", "6",
       "half the sample rate"},
      {"    kind: audio\n    sample_rate: 8000\n    features: {kind: mfcc, coefficients: 99}", "6",
       "must not exceed"},
      {"    kind: series\n    columns: [{mean: 1}]", "5", "lacks the key 'name'"},
      {"    kind: text\n    tokenizer: regex\n    vocabulary: v", "4", "'split'"},
      {"    kind: bytes", "4", "'begin' or 'end'"},
      {"    kind: bytes\n    begin: 9\n    block: 8", "4", "'block'"},
      {"    kind: constant", "4", "'value'"},
      {"    kind: state", "4", "'output'"}};
  for (const BadSpec& bad : cases) {
    expect_refused(with_input(bad.lines), bad);
  }
}

TEST(ParseSpec, RefusesBadOutputs) {
  const BadSpec cases[] = {
      {"{k: 3}", "4", "lacks the key 'decoder'"},
      {"{decoder: yolo}", "4", "did you mean 'yolox'"},
      {"{decoder: top_k, k: 0}", "4", "from 1 to 100000"},
      {"decoder: top_k\n    min_scor: 0.5", "5", "did you mean 'min_score'"},
      {"decoder: top_k\n    labels: {offset: 1}", "5", "either 'file' or 'names'"},
      {"decoder: top_k\n    labels: [1]", "5", "must be text"},
      {"decoder: top_k\n    tensor: {name: a, position: 1}", "5", "not both"},
      {"decoder: ssd\n    tensors: {box: a}", "5", "did you mean 'boxes'"},
      {"decoder: yolox\n    strides: []", "4", "'strides'"},
      {"decoder: yolox\n    nms: {iou: 2}", "5", "from 0 to 1"},
      {"decoder: yolox\n    nms: {threshold: 0.5}", "5", "unknown key 'threshold'"},
      {"decoder: ssd_raw\n    priors: {strides: [8], sizes: [[1], [2]]}", "5", "each stride"},
      {"decoder: mediapipe_face", "4", "'anchors'"},
      {"decoder: mediapipe_face\n    anchors: {strides: [4]}\n    keypoint_names: [a]", "6",
       "1 names for 6"},
      {"decoder: segmentation", "4", "'mode'"},
      {"decoder: segmentation\n    mode: index\n    threshold: 0.5", "6", "'threshold'"},
      {"decoder: segmentation\n    mode: index\n    palette: [[1, 2]]", "6", "[r, g, b]"},
      {"decoder: top_k\n    aggregate: {method: mean}", "5", "'windows'"},
      {"decoder: raw\n    k: 1", "5", "unknown key 'k'"}};
  for (const BadSpec& bad : cases) {
    expect_refused(with_output(bad.lines), bad);
  }
}

}  // namespace
}  // namespace arete::spec
