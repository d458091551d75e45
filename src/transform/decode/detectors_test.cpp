// Each detector on rows whose boxes are worked out by hand. The source is 200 x 100, the input
// 100 x 100: source x is twice input x.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "transform/decode/test_requests.hpp"

namespace arete::transform {
namespace {

using testing::HasSubstr;

spec::DetectorSettings detector(double min_score = 0.3) {
  spec::DetectorSettings settings;
  settings.min_score = min_score;
  settings.labels.names = {"cat", "dog"};
  return settings;
}

void expect_box(const tensor::Box& box, float x1, float y1, float x2, float y2) {
  EXPECT_NEAR(box.x1, x1, 1e-3);
  EXPECT_NEAR(box.y1, y1, 1e-3);
  EXPECT_NEAR(box.x2, x2, 1e-3);
  EXPECT_NEAR(box.y2, y2, 1e-3);
}

std::vector<tensor::Detection> detections_of(const DecoderRig& rig) {
  const auto found = rig.run();
  EXPECT_TRUE(found.has_value()) << found.error().message();
  return found ? found->detections : std::vector<tensor::Detection>{};
}

std::string message_of(const DecoderRig& rig) {
  const auto found = rig.run();
  return found ? "no error" : found.error().message();
}

TEST(SsdDecoder, ReadsFourOutputsUpToTheCount) {
  spec::Ssd ssd{detector()};
  ssd.detector.nms.method = spec::Nms::Method::kNone;
  DecoderRig rig(ssd);
  rig.with("boxes", {1, 3, 4}, {0.1F, 0.2F, 0.5F, 0.6F, 0, 0, 2, 2, 0, 0, 1, 1})
      .with("classes", {1, 3}, {1, 0, 0})
      .with("scores", {1, 3}, {0.9F, 0.8F, 0.7F})
      .with("count", {1}, {2});
  const auto found = detections_of(rig);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].label, "dog");
  expect_box(found[0].box, 40, 10, 120, 50);
  expect_box(found[1].box, 0, 0, 200, 100);  // clipped
}

TEST(SsdDecoder, CountsThatLieAreBounded) {
  for (const float count : {-1.0F, 1e30F, std::numeric_limits<float>::quiet_NaN()}) {
    DecoderRig rig(spec::Ssd{detector()});
    rig.with("boxes", {1, 1, 4}, {0, 0, 1, 1})
        .with("classes", {1, 1}, {std::numeric_limits<float>::quiet_NaN()})
        .with("scores", {1, 1}, {0.9F})
        .with("count", {1}, {count});
    EXPECT_TRUE(detections_of(rig).empty());
  }
  DecoderRig uneven(spec::Ssd{detector()});
  uneven.with("boxes", {1, 1, 4}, {0, 0, 1, 1})
      .with("classes", {1, 2}, {0, 0})
      .with("scores", {1, 1}, {0.9F})
      .with("count", {1}, {1});
  EXPECT_THAT(message_of(uneven), HasSubstr("1 boxes need as many classes"));
}

TEST(SsdRawDecoder, TakesEveryFormAndSkipsTheBackground) {
  spec::SsdRaw raw;
  raw.detector = detector();
  raw.background = 0;
  DecoderRig rig(raw);
  rig.with("boxes", {1, 2, 4}, {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.5F, 0.9F, 0.9F})
      .with("scores", {1, 2, 2}, {0.95F, 0.05F, 0.2F, 0.8F});
  const auto found = detections_of(rig);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].index, 1);
  expect_box(found[0].box, 100, 50, 180, 90);

  raw.form = spec::BoxForm::kCxcywh;
  raw.normalized = false;
  DecoderRig pixels(raw);
  pixels.with("boxes", {1, 1, 4}, {50, 40, 20, 10}).with("scores", {1, 1, 2}, {0, 1});
  expect_box(detections_of(pixels).at(0).box, 80, 35, 120, 45);
}

TEST(SsdRawDecoder, OffsetsFromPriors) {
  spec::SsdRaw raw;
  raw.detector = detector();
  raw.activation = spec::Activation::kSoftmax;
  raw.priors = spec::PriorBoxes{{100}, {{20}}, {0.1, 0.2}};
  DecoderRig rig(raw);
  // Prior: center 0.5, size 0.2. Offset 5 * 0.1 * 0.2 = 0.1; size 0.2 * e^(0.2 * ln 2 / 0.2) = 0.4.
  const float doubled = std::log(2.0F) / 0.2F;
  rig.with("boxes", {1, 1, 4}, {5, 0, doubled, 0}).with("scores", {1, 1, 2}, {0, 3});
  const auto found = detections_of(rig);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].score, 1 / (1 + std::exp(-3.0)), 1e-5);
  expect_box(found[0].box, 80, 40, 160, 60);
  DecoderRig more(raw);
  more.with("boxes", {1, 2, 4}, {0, 0, 0, 0, 0, 0, 0, 0}).with("scores", {1, 2, 2}, {0, 1, 0, 1});
  EXPECT_THAT(message_of(more), HasSubstr("2 boxes; the priors are 1"));
}

TEST(YoloxDecoder, DecodesGridCells) {
  spec::Yolox yolox{detector(), {50, 100}};  // 4 cells and 1
  std::vector<float> rows(5 * 7, 0.0F);
  float* third = rows.data() + 2 * 7;  // stride 50: cell (0, 1)
  third[0] = 0.5F;
  third[1] = 0.2F;
  third[2] = std::log(0.4F);
  third[3] = std::log(0.2F);
  third[4] = 0.9F;
  third[6] = 0.5F;
  DecoderRig rig(yolox);
  rig.with("output", {1, 5, 7}, rows);
  const auto found = detections_of(rig);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FLOAT_EQ(found[0].score, 0.45F);
  EXPECT_EQ(found[0].label, "dog");
  expect_box(found[0].box, 30, 55, 70, 65);  // center (25, 60), size (20, 10)
  DecoderRig wrong(yolox);
  wrong.with("output", {1, 4, 7}, std::vector<float>(28));
  EXPECT_THAT(message_of(wrong), HasSubstr("n = 5 for an input of 100 x 100"));
}

TEST(YoloV5Decoder, MultipliesObjectAndClass) {
  DecoderRig rig(spec::YoloV5{detector(), false});
  rig.with("output", {1, 2, 7}, {50, 50, 20, 10, 0.8F, 0.1F, 0.5F, 50, 50, 20, 10, 0.2F, 1, 1});
  const auto found = detections_of(rig);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FLOAT_EQ(found[0].score, 0.4F);
  expect_box(found[0].box, 80, 45, 120, 55);
}

TEST(YoloV8Decoder, BothLayoutsGiveTheSame) {
  const std::vector<float> rows{0.5F, 0.5F, 0.2F, 0.1F, 0.1F, 0.6F,   // a dog
                                0.2F, 0.2F, 0.1F, 0.1F, 0.7F, 0.2F,   // a cat
                                0.2F, 0.2F, 0.1F, 0.1F, 0.1F, 0.2F};  // nothing
  std::vector<float> columns;
  for (std::size_t column = 0; column < 6; ++column) {
    for (std::size_t row = 0; row < 3; ++row) {
      columns.push_back(rows[row * 6 + column]);
    }
  }
  DecoderRig by_row(spec::YoloV8{detector(), true});
  by_row.with("output", {1, 3, 6}, rows);
  DecoderRig by_column(spec::YoloV8{detector(), true});
  by_column.with("output", {1, 6, 3}, columns);
  for (const auto* rig : {&by_row, &by_column}) {
    const auto found = detections_of(*rig);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].label, "cat");
    EXPECT_EQ(found[1].label, "dog");
    expect_box(found[1].box, 80, 45, 120, 55);
  }
}

TEST(FastestDetDecoder, DecodesOneGridWhereverTheChannelsLie) {
  // 2 x 2 cells, 7 channels; the object is in cell (1, 0).
  const float object = 0.5F;
  std::vector<float> first(7 * 4, 0.0F);
  std::vector<float> last(7 * 4, 0.0F);
  const float channels[7] = {object, 0, 0, -100, 0, 0.1F, 0.8F};
  for (std::size_t c = 0; c < 7; ++c) {
    first[c * 4 + 1] = channels[c];
    last[1 * 7 + c] = channels[c];
  }
  first[3 * 4 + 1] = last[1 * 7 + 3] = 0;
  for (const bool channels_first : {true, false}) {
    DecoderRig rig(spec::FastestDet{detector(), 0.6, 0.4});
    rig.with("output", channels_first ? tensor::Shape{1, 7, 2, 2} : tensor::Shape{1, 2, 2, 7},
             channels_first ? first : last);
    const auto found = detections_of(rig);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].score, std::pow(0.5, 0.6) * std::pow(0.8, 0.4), 1e-5);
    // Center (0.5, 0) of the input, size sigmoid(0) = 0.5 each way.
    expect_box(found[0].box, 50, 0, 150, 25);
  }
}

TEST(Detectors, HostileNumbersAreLeftOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  DecoderRig rig(spec::YoloV8{detector(), false});
  rig.with("output", {1, 5, 6}, {nan, 5,   5,   5, 1, 0,  5,  5, infinity, 5, 1, 0, 5, 5,   5,
                                 5,   nan, nan, 5, 5, -5, -5, 1, 0,        5, 5, 2, 2, nan, 0.5F});
  const auto found = detections_of(rig);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].index, 1);
  DecoderRig huge(spec::Yolox{detector(), {100}});
  huge.with("output", {1, 1, 7}, {0, 0, 1e30F, 0, 1, 1, 1});
  EXPECT_TRUE(detections_of(huge).empty());
}

TEST(Detectors, AnyShapeIsRefusedOrDecodedNeverFollowed) {
  const std::vector<tensor::Shape> shapes{{},        {0},       {1},          {6},
                                          {1, 6},    {1, 0, 6}, {1, 3, 3},    {2, 3, 7},
                                          {1, 7, 0}, {5, 7},    {1, 1, 1, 7}, {1, 1, 7, 1}};
  const std::vector<spec::Decoder> decoders{
      spec::TopK{},       spec::Yolox{},     spec::YoloV5{},       spec::YoloV8{},
      spec::FastestDet{}, spec::Keypoints{}, spec::Segmentation{}, spec::Raw{}};
  for (const auto& decoder : decoders) {
    for (const auto& shape : shapes) {
      DecoderRig rig(decoder);
      rig.with("output", tensor::Tensor::allocate(tensor::DType::kF32, shape).value());
      const auto found = rig.run();
      EXPECT_TRUE(found.has_value() || !found.error().message().empty());
    }
  }
}

TEST(Detectors, NeedAPicture) {
  DecoderRig rig(spec::YoloV8{detector(), false});
  rig.with("output", {1, 1, 6}, std::vector<float>(6)).placed(Geometry{});
  EXPECT_THAT(message_of(rig), HasSubstr("no picture"));
}

}  // namespace
}  // namespace arete::transform
