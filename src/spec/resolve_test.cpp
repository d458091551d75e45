// SPDX-License-Identifier: Apache-2.0
#include "spec/resolve.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "document/parse.hpp"
#include "spec/parse.hpp"

namespace arete::spec {
namespace {

using tensor::DType;
using Dims = std::vector<std::int64_t>;

Spec spec_of(const std::string& text) {
  const auto node = document::parse_yaml("spec: 1\n" + text, "s.yaml");
  EXPECT_TRUE(node.has_value()) << (node ? "" : node.error().message());
  auto spec = parse(node.value());
  EXPECT_TRUE(spec.has_value()) << (spec ? "" : spec.error().message());
  return spec.value();
}

TensorFacts facts(std::string name, DType dtype, Dims dims) {
  TensorFacts made;
  made.name = std::move(name);
  made.dtype = dtype;
  made.dims = std::move(dims);
  return made;
}

TensorFacts quantized(std::string name, DType dtype, Dims dims, float scale, int zero_point) {
  TensorFacts made = facts(std::move(name), dtype, std::move(dims));
  tensor::Quantization quantization;
  quantization.stored = dtype;
  quantization.scales = {scale};
  quantization.zero_points = {zero_point};
  made.quantization = quantization;
  return made;
}

std::string message_of(const Result<ResolvedSpec>& resolved) {
  return resolved.has_value() ? "ok" : resolved.error().message();
}
void expect_message(const Result<ResolvedSpec>& resolved, std::string_view part) {
  EXPECT_NE(message_of(resolved).find(part), std::string::npos) << message_of(resolved);
}

Result<ResolvedSpec> resolve_one(const std::string& input, const TensorFacts& tensor) {
  return resolve(spec_of("inputs: [{" + input + "}]"), std::vector{tensor}, {});
}

const char* const kMobileNet =
    "inputs: [{kind: image, fit: center-crop, crop: 0.875, range: [-1, 1]}]\n"
    "outputs: [{decoder: top_k, labels: [a, b, c]}]\n";

TEST(Resolve, OneSpecServesFloatQuantizedAndConvertedFiles) {
  const Spec spec = spec_of(kMobileNet);
  const std::vector outputs{facts("out", DType::kF32, {1, 3})};
  const std::vector float_nhwc{facts("input", DType::kF32, {1, 224, 224, 3})};
  const std::vector u8_nhwc{quantized("input", DType::kU8, {1, 224, 224, 3}, 1.0F / 128, 128)};
  const std::vector i8_nhwc{quantized("x", DType::kI8, {-1, 224, 224, 3}, 1.0F / 128, 0)};
  const std::vector float_nchw{facts("other", DType::kF32, {1, 3, 224, 224})};
  for (const auto& inputs : {float_nhwc, u8_nhwc, i8_nhwc, float_nchw}) {
    const auto resolved = resolve(spec, inputs, outputs);
    ASSERT_TRUE(resolved.has_value()) << message_of(resolved);
    const ResolvedInput& input = resolved->inputs.at(0);
    EXPECT_EQ(input.image.value().layout, inputs[0].dims[1] == 3 ? Layout::kNchw : Layout::kNhwc);
    EXPECT_EQ(input.image->width, 224);
    EXPECT_EQ(input.image->height, 224);
    EXPECT_EQ(input.image->channels, 3);
    EXPECT_EQ(input.shape[0], 1);
    EXPECT_EQ(input.tensor.quantization, inputs[0].quantization);
    EXPECT_EQ(resolved->outputs.at(0).tensor("output").index, 0U);
    EXPECT_TRUE(resolved->warnings.empty());
  }
}

TEST(Resolve, OpenSidesAreFilledFromTheSpec) {
  const auto open = facts("x", DType::kF32, {-1, 3, -1, -1});
  const auto resolved = resolve_one("kind: image, size: [320, 240]", open);
  ASSERT_TRUE(resolved.has_value()) << message_of(resolved);
  EXPECT_EQ(resolved->inputs[0].shape, (Dims{1, 3, 240, 320}));
  expect_message(resolve_one("kind: image", open), "must give 'size'");
  expect_message(resolve_one("kind: image", open), "line 2");
}

TEST(Resolve, SizesMustAgree) {
  const auto fixed = facts("x", DType::kF32, {1, 240, 320, 3});
  EXPECT_TRUE(resolve_one("kind: image, size: [320, 240]", fixed).has_value());
  expect_message(resolve_one("kind: image, size: [240, 320]", fixed), "holds no 240 x 320 picture");
  expect_message(resolve_one("kind: image, color: gray", fixed), "1 channel(s)");
}

TEST(Resolve, AmbiguousLayoutsMustBeStated) {
  const auto cube = facts("x", DType::kF32, {1, 3, 3, 3});
  expect_message(resolve_one("kind: image", cube), "nhwc or nchw");
  const auto stated = resolve_one("kind: image, tensor: {layout: nchw}", cube);
  ASSERT_TRUE(stated.has_value()) << message_of(stated);
  EXPECT_EQ(stated->inputs[0].image->layout, Layout::kNchw);
  const auto all_open = facts("x", DType::kF32, {-1, -1, -1, -1});
  expect_message(resolve_one("kind: image, size: [8, 8]", all_open), "nhwc or nchw");
  EXPECT_TRUE(
      resolve_one("kind: image, size: [8, 8], tensor: {layout: nhwc}", all_open).has_value());
}

TEST(Resolve, StatedLayoutIsChecked) {
  expect_message(
      resolve_one("kind: image, tensor: {layout: nchw}", facts("x", DType::kF32, {1, 8, 8, 3})),
      "in layout nchw");
}

TEST(Resolve, GrayPicturesNeedNoChannelAxis) {
  const auto digits = resolve_one("kind: image, color: gray, range: [0, 1]",
                                  quantized("x", DType::kU8, {1, 28, 28}, 1.0F / 255, 0));
  ASSERT_TRUE(digits.has_value()) << message_of(digits);
  EXPECT_EQ(digits->inputs[0].image->width, 28);
  EXPECT_EQ(digits->inputs[0].image->height, 28);
  EXPECT_EQ(digits->inputs[0].image->channels, 1);
  const auto plane = resolve_one("kind: image, color: gray", facts("x", DType::kF32, {9, 8}));
  ASSERT_TRUE(plane.has_value()) << message_of(plane);
  EXPECT_FALSE(plane->inputs[0].image->batched);
  EXPECT_EQ(plane->inputs[0].image->height, 9);
}

TEST(Resolve, PicturesWithoutBatchAxis) {
  const auto resolved = resolve_one("kind: image", facts("x", DType::kF32, {3, 8, 9}));
  ASSERT_TRUE(resolved.has_value()) << message_of(resolved);
  EXPECT_EQ(resolved->inputs[0].image->layout, Layout::kNchw);
  EXPECT_FALSE(resolved->inputs[0].image->batched);
}

TEST(Resolve, ValuesMustFitTheTensor) {
  expect_message(resolve_one("kind: image, range: [-1, 1]", facts("x", DType::kU8, {1, 8, 8, 3})),
                 "without quantization");
  expect_message(resolve_one("kind: image, range: [0, 255]",
                             quantized("x", DType::kU8, {1, 8, 8, 3}, 1.0F / 128, 128)),
                 "pixels become 0 to 255");
  EXPECT_TRUE(resolve_one("kind: image", facts("x", DType::kU8, {1, 8, 8, 3})).has_value());
  EXPECT_TRUE(
      resolve_one("kind: image", quantized("x", DType::kI8, {1, 8, 8, 3}, 1, -128)).has_value());
  expect_message(resolve_one("kind: image", facts("x", DType::kString, {1, 8, 8, 3})), "string");
}

TEST(Resolve, FixedBatchesAreUnsupported) {
  const auto resolved = resolve_one("kind: image", facts("x", DType::kF32, {4, 8, 8, 3}));
  ASSERT_FALSE(resolved.has_value());
  EXPECT_EQ(resolved.error().code(), ErrorCode::kUnsupported);
}

TEST(Resolve, WhatTheSpecStatesIsComparedWithTheFile) {
  const auto tensor = quantized("x", DType::kU8, {1, 8, 8, 3}, 0.5F, 3);
  const std::string image = "kind: image, range: [0, 100], tensor: ";
  EXPECT_TRUE(
      resolve_one(image + "{dtype: u8, shape: [-1, 8, 8, 3], scale: 0.5, zero_point: 3}", tensor)
          .has_value());
  expect_message(resolve_one(image + "{dtype: i8}", tensor), "states dtype i8, the file has u8");
  expect_message(resolve_one(image + "{shape: [1, 9, 8, 3]}", tensor), "[1, 8, 8, 3]");
  expect_message(resolve_one(image + "{shape: [1, 8, 8]}", tensor), "[1, 8, 8]");
  expect_message(resolve_one(image + "{scale: 0.25}", tensor), "states scale 0.25");
  expect_message(resolve_one(image + "{zero_point: 4}", tensor), "zero point 4");
  expect_message(
      resolve_one("kind: image, tensor: {scale: 1}", facts("x", DType::kF32, {1, 8, 8, 3})),
      "has none");
}

TEST(Resolve, InputsMatchByNameThenByOrder) {
  const Spec spec =
      spec_of("inputs: [{kind: constant, value: 7}, {name: img, kind: image}, {kind: tensor}]\n");
  const auto constant = facts("c", DType::kI64, {});
  const auto image = facts("img", DType::kF32, {1, 8, 8, 3});
  const auto other = facts("t", DType::kF32, {2});
  const auto resolved = resolve(spec, std::vector{image, constant, other}, {});
  ASSERT_TRUE(resolved.has_value()) << message_of(resolved);
  EXPECT_EQ(resolved->inputs[0].meaning.name, "img");
  EXPECT_TRUE(std::holds_alternative<ConstantInput>(resolved->inputs[1].meaning.kind));
  EXPECT_EQ(resolved->inputs[2].tensor.name, "t");
  expect_message(resolve(spec, std::vector{constant, other}, {}), "no tensor 'img'");
  expect_message(resolve(spec, std::vector{image, constant, other, other}, {}),
                 "nothing is said of the file's input 't'");
  expect_message(resolve(spec, std::vector{image, constant}, {}), "only 2 input(s)");
}

TEST(Resolve, WrongNamesGetASuggestion) {
  expect_message(resolve_one("name: imput, kind: image", facts("input", DType::kF32, {1, 8, 8, 3})),
                 "did you mean 'input'");
}

TEST(Resolve, SilerosStateContextAndConstantFit) {
  const Spec spec = spec_of(
      "inputs:\n"
      "  - {name: input, kind: audio, sample_rate: 16000, window: 512, context: 64}\n"
      "  - {name: state, kind: state, output: stateN}\n"
      "  - {name: sr, kind: constant, value: 16000}\n"
      "outputs: [{decoder: top_k, labels: [speech]}]\n");
  const std::vector inputs{facts("input", DType::kF32, {-1, -1}),
                           facts("state", DType::kF32, {2, -1, 128}), facts("sr", DType::kI64, {})};
  const std::vector outputs{facts("stateN", DType::kF32, {-1, -1, -1}),
                            facts("output", DType::kF32, {-1, 1})};
  const auto resolved = resolve(spec, inputs, outputs);
  ASSERT_TRUE(resolved.has_value()) << message_of(resolved);
  EXPECT_EQ(resolved->inputs[0].shape, (Dims{1, 576}));
  EXPECT_EQ(resolved->inputs[1].shape, (Dims{2, 1, 128}));
  EXPECT_EQ(resolved->inputs[1].state_output, 0U);
  // The state's pair is not a result: the decoder takes the other output.
  EXPECT_EQ(resolved->outputs[0].tensors[0].tensor.name, "output");
}

TEST(Resolve, StatesMustFitTheirOutput) {
  const Spec spec = spec_of("inputs: [{kind: state, output: o}]");
  const std::vector inputs{facts("s", DType::kF32, {2, 4})};
  EXPECT_TRUE(resolve(spec, inputs, std::vector{facts("o", DType::kF32, {2, -1})}).has_value());
  expect_message(resolve(spec, inputs, std::vector{facts("o", DType::kF32, {2, 5})}), "[2, 5]");
  expect_message(resolve(spec, inputs, std::vector{facts("o", DType::kI8, {2, 4})}), "i8");
  expect_message(resolve(spec, inputs, std::vector{facts("p", DType::kF32, {2, 4})}),
                 "no tensor 'o'");
}

TEST(Resolve, SeriesColumnsLieLastOrFirst) {
  const std::string series = "kind: series, length: 119, columns: [a, b, c, d, e, f]";
  const auto last = resolve_one(series, facts("x", DType::kF32, {1, 119, 6}));
  ASSERT_TRUE(last.has_value()) << message_of(last);
  EXPECT_FALSE(last->inputs[0].columns_first);
  const auto first = resolve_one(series, facts("x", DType::kF32, {-1, 6, 119}));
  ASSERT_TRUE(first.has_value()) << message_of(first);
  EXPECT_TRUE(first->inputs[0].columns_first);
  EXPECT_EQ(first->inputs[0].shape, (Dims{1, 6, 119}));
  expect_message(resolve_one(series, facts("x", DType::kF32, {1, 119, 5})), "6 columns");
  EXPECT_TRUE(resolve_one(series, facts("x", DType::kF32, {1, 714})).has_value());
  expect_message(resolve_one(series, facts("x", DType::kF32, {1, 700})), "714");
}

TEST(Resolve, OtherKindsAreCheckedAgainstTheShape) {
  const auto row = facts("x", DType::kI32, {-1, 2048});
  EXPECT_TRUE(resolve_one("kind: bytes, begin: 1024, end: 1024", row).has_value());
  expect_message(resolve_one("kind: bytes, begin: 1000, end: 1024", row), "2024");
  expect_message(resolve_one("kind: text, length: 7", row), "7 numbers");
  expect_message(resolve_one("kind: constant, value: [1, 2]", facts("x", DType::kF32, {3})),
                 "2 value(s)");
  const std::string mfcc =
      "kind: audio, sample_rate: 16000, features: {kind: mfcc, coefficients: 10}";
  EXPECT_TRUE(resolve_one(mfcc, facts("x", DType::kF32, {1, 49, 10, 1})).has_value());
  expect_message(resolve_one(mfcc, facts("x", DType::kF32, {1, 49, 13})), "rows of 10");
}

Result<ResolvedSpec> resolve_outputs(const std::string& output,
                                     const std::vector<TensorFacts>& outputs) {
  return resolve(spec_of("inputs: [{kind: image}]\noutputs: [{" + output + "}]"),
                 std::vector{facts("x", DType::kF32, {1, 3, 416, 416})}, outputs);
}

TEST(Resolve, BoxesAndScoresAreToldApartByShape) {
  const auto boxes = facts("b", DType::kF32, {1, 4420, 4});
  const auto scores = facts("s", DType::kF32, {1, 4420, 2});
  for (const auto& outputs : {std::vector{boxes, scores}, std::vector{scores, boxes}}) {
    const auto resolved = resolve_outputs("decoder: ssd_raw", outputs);
    ASSERT_TRUE(resolved.has_value()) << message_of(resolved);
    EXPECT_EQ(resolved->outputs[0].tensor("boxes").tensor.name, "b");
    EXPECT_EQ(resolved->outputs[0].tensor("scores").tensor.name, "s");
  }
  const auto face = resolve_outputs(
      "decoder: mediapipe_face, anchors: {strides: [4]}",
      {facts("c", DType::kF32, {1, 896, 1}), facts("r", DType::kF32, {1, 896, 16})});
  ASSERT_TRUE(face.has_value()) << message_of(face);
  EXPECT_EQ(face->outputs[0].tensor("boxes").tensor.name, "r");
}

TEST(Resolve, UnrankedOutputsAreTakenInOrder) {
  TensorFacts open;
  open.dtype = DType::kF32;
  open.rank_known = false;
  const auto resolved = resolve_outputs("decoder: ssd", {open, open, open, open});
  ASSERT_TRUE(resolved.has_value()) << message_of(resolved);
  EXPECT_EQ(resolved->outputs[0].tensor("count").index, 3U);
  expect_message(resolve_outputs("decoder: ssd", {open, open}), "no output of the file is left");
}

TEST(Resolve, NamedAndNumberedOutputs) {
  const std::vector outputs{facts("a", DType::kF32, {1, 9}), facts("b", DType::kF32, {1, 7})};
  EXPECT_EQ(resolve_outputs("decoder: top_k, tensor: b", outputs)->outputs[0].tensors[0].index, 1U);
  EXPECT_EQ(resolve_outputs("decoder: top_k, tensor: 1", outputs)->outputs[0].tensors[0].index, 1U);
  expect_message(resolve_outputs("decoder: top_k, tensor: 2", outputs), "2 output(s)");
  expect_message(resolve_outputs("decoder: top_k, tensor: c", outputs), "'a', 'b'");
  expect_message(resolve_outputs("decoder: top_k, tensor: {name: b, dtype: u8}", outputs),
                 "states dtype u8");
}

TEST(Resolve, ShapesThatCannotBeWhatTheDecoderSays) {
  const auto one = [](Dims dims) { return std::vector{facts("o", DType::kF32, std::move(dims))}; };
  EXPECT_TRUE(resolve_outputs("decoder: yolox", one({1, 3549, 85})).has_value());
  expect_message(resolve_outputs("decoder: yolox", one({1, 8400, 85})), "3549 cells");
  expect_message(resolve_outputs("decoder: yolov5", one({1, 100, 5})), "at least 6");
  expect_message(resolve_outputs("decoder: yolov8", one({84})), "two extents");
  expect_message(resolve_outputs("decoder: fastestdet", one({1, 85, 22})), "four extents");
  expect_message(resolve_outputs("decoder: keypoints", one({1, 17, 2})), "must be 3");
  expect_message(resolve_outputs("decoder: segmentation, mode: index", one({5})), "two to four");
  expect_message(resolve_outputs("decoder: ssd_raw", {facts("b", DType::kF32, {1, 9, 5}),
                                                      facts("s", DType::kF32, {1, 9, 2})}),
                 "must be 4");
}

TEST(Resolve, LabelCountsThatDifferAreAWarning) {
  const auto resolved =
      resolve_outputs("decoder: top_k, labels: [a, b]", {facts("o", DType::kF32, {1, 3})});
  ASSERT_TRUE(resolved.has_value());
  ASSERT_EQ(resolved->warnings.size(), 1U);
  EXPECT_EQ(resolved->warnings[0], "2 labels for the 3 classes of output 'o'");
  EXPECT_TRUE(resolve_outputs("decoder: top_k, labels: {names: [a, b], offset: -1}",
                              {facts("o", DType::kF32, {1, 3})})
                  ->warnings.empty());
}

}  // namespace
}  // namespace arete::spec
