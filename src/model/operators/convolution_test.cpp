// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "model/operators/kernel_call.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;
using Integers = std::vector<std::int64_t>;

/// Numbers without a pattern that a wrong index could hide in.
Tensor wave(Shape shape, float phase) {
  std::vector<float> numbers(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = std::sin(phase + 1.7F * static_cast<float>(i));
  }
  return Tensor::of<float>(std::move(shape), numbers);
}

Tensor first_output(KernelCall call) {
  auto outputs = call_kernel(std::move(call));
  EXPECT_TRUE(outputs.has_value()) << (outputs ? "" : outputs.error().message());
  return outputs ? outputs->at(0).tensor : Tensor();
}

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (std::int64_t i = 0; i < a.elements(); ++i) {
    sum += a.number_at(i) * b.number_at(i);
  }
  return sum;
}

TEST(ConvTest, IsTheSumOverTheWindow) {
  const Tensor x = wave({1, 2, 5, 6}, 0.1F);
  const Tensor w = wave({3, 2, 3, 2}, 0.2F);
  const Tensor y = first_output({.op_type = "Conv",
                                 .attributes = {{"strides", Integers{2, 1}},
                                                {"dilations", Integers{1, 2}},
                                                {"pads", Integers{1, 0, 1, 1}}},
                                 .inputs = {x, w}});
  ASSERT_EQ(y.shape(), (Shape{1, 3, 3, 5}));
  for (std::int64_t m = 0; m < 3; ++m) {
    for (std::int64_t row = 0; row < 3; ++row) {
      for (std::int64_t column = 0; column < 5; ++column) {
        double sum = 0;
        for (std::int64_t c = 0; c < 2; ++c) {
          for (std::int64_t i = 0; i < 3; ++i) {
            for (std::int64_t j = 0; j < 2; ++j) {
              const std::int64_t at_row = row * 2 - 1 + i;
              const std::int64_t at_column = column + 2 * j;
              if (at_row >= 0 && at_row < 5 && at_column < 6) {
                sum += x.number_at((c * 5 + at_row) * 6 + at_column) *
                       w.number_at(((m * 2 + c) * 3 + i) * 2 + j);
              }
            }
          }
        }
        EXPECT_NEAR(y.number_at((m * 3 + row) * 5 + column), sum, 1e-5);
      }
    }
  }
}

TEST(ConvTest, GroupsAreIndependent) {
  const Tensor x = wave({1, 2, 4, 4}, 0.3F);
  const Tensor w = wave({4, 1, 3, 3}, 0.4F);
  const Tensor whole = first_output(
      {.op_type = "Conv", .attributes = {{"group", std::int64_t{2}}}, .inputs = {x, w}});
  for (std::size_t group = 0; group < 2; ++group) {
    const auto channel = x.data<float>().subspan(group * 16, 16);
    const auto filters = w.data<float>().subspan(group * 18, 18);
    const Tensor part = first_output({.op_type = "Conv",
                                      .inputs = {Tensor::of<float>({1, 1, 4, 4}, channel),
                                                 Tensor::of<float>({2, 1, 3, 3}, filters)}});
    for (std::size_t i = 0; i < 8; ++i) {
      EXPECT_FLOAT_EQ(whole.data<float>()[group * 8 + i], part.data<float>()[i]);
    }
  }
}

TEST(ConvTest, RefusesWhatDoesNotFit) {
  const Tensor x = wave({1, 2, 4, 4}, 0);
  for (const Shape& weight : {Shape{3, 3, 1, 1}, Shape{3, 2, 5, 5}, Shape{3, 2, 3}}) {
    EXPECT_FALSE(call_kernel({.op_type = "Conv", .inputs = {x, wave(weight, 0)}}).has_value());
  }
  for (const std::int64_t stride : {0, -1}) {
    EXPECT_FALSE(call_kernel({.op_type = "Conv",
                              .attributes = {{"strides", Integers{stride, 1}}},
                              .inputs = {x, wave({1, 2, 1, 1}, 0)}})
                     .has_value());
  }
}

TEST(ConvTransposeTest, IsTheAdjointOfConv) {
  // <conv(x), y> == <x, convTranspose(y)> for every x and y.
  const std::map<std::string, Attribute, std::less<>> attributes = {
      {"strides", Integers{2, 1}}, {"pads", Integers{1, 0, 0, 1}}, {"group", std::int64_t{2}}};
  const Tensor x = wave({1, 4, 6, 5}, 0.5F);
  const Tensor w = wave({2, 2, 3, 2}, 0.6F);
  const Tensor forward =
      first_output({.op_type = "Conv", .attributes = attributes, .inputs = {x, w}});
  const Tensor y = wave(forward.shape(), 0.7F);
  const Tensor back =
      first_output({.op_type = "ConvTranspose", .attributes = attributes, .inputs = {y, w}});
  ASSERT_EQ(back.shape(), x.shape());
  EXPECT_NEAR(dot(forward, y), dot(x, back), 1e-4);
}

TEST(ConvIntegerTest, SubtractsZeroPointsAndPadsWithThem) {
  const Tensor x = Tensor::of<std::uint8_t>({1, 1, 1, 3}, std::vector<std::uint8_t>{2, 3, 4});
  const Tensor w = Tensor::of<std::uint8_t>({1, 1, 1, 2}, std::vector<std::uint8_t>{5, 7});
  const Tensor y = first_output(
      {.op_type = "ConvInteger",
       .attributes = {{"pads", Integers{0, 1, 0, 0}}},
       .inputs = {x, w, Tensor::scalar<std::uint8_t>(1), Tensor::scalar<std::uint8_t>(6)}});
  // x - 1 = 0 1 2 3 with the padding, w - 6 = -1 1.
  const std::vector<std::int32_t> expected = {1, 1, 1};
  EXPECT_TRUE(y.same_as(Tensor::of<std::int32_t>({1, 1, 1, 3}, expected)));
}

TEST(PoolTest, CeilModeDropsAWindowThatBeginsInThePadding) {
  const Tensor x = wave({1, 1, 2}, 0);
  const Tensor y = first_output({.op_type = "MaxPool",
                                 .attributes = {{"kernel_shape", Integers{1}},
                                                {"strides", Integers{2}},
                                                {"pads", Integers{0, 1}},
                                                {"ceil_mode", std::int64_t{1}}},
                                 .inputs = {x}});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 1}));
}

}  // namespace
}  // namespace arete::model::operators
