// Properties of operators that ONNX's own cases do not show.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "model/operators/kernel_call.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;
using Integers = std::vector<std::int64_t>;

Tensor floats(Shape shape, const std::vector<float>& numbers) {
  return Tensor::of<float>(std::move(shape), numbers);
}

std::vector<double> numbers_in(const Tensor& tensor) {
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    numbers.push_back(tensor.number_at(i));
  }
  return numbers;
}

Tensor answer_of(KernelCall call, std::size_t output = 0) {
  auto outputs = call_kernel(std::move(call));
  EXPECT_TRUE(outputs.has_value()) << (outputs ? "" : outputs.error().message());
  return outputs ? outputs->at(output).tensor : Tensor();
}

TEST(QuantizeLinearTest, RoundsHalfToEvenAndSaturates) {
  const Tensor x = floats({6}, {0.5F, 1.5F, 2.5F, -0.5F, 1000, -1000});
  const Tensor y =
      answer_of({.op_type = "QuantizeLinear",
                 .inputs = {x, Tensor::scalar<float>(1), Tensor::scalar<std::int8_t>(0)}});
  EXPECT_EQ(numbers_in(y), (std::vector<double>{0, 2, 2, 0, 127, -128}));
}

TEST(QuantizeLinearTest, ErrorIsAtMostHalfAStepForEveryAxisAndBlock) {
  std::vector<float> numbers;
  for (int i = 0; i < 24; ++i) {
    numbers.push_back(std::sin(static_cast<float>(i)));
  }
  const Tensor x = floats({2, 12}, numbers);
  const Tensor scale = floats({2, 3}, {0.01F, 0.02F, 0.03F, 0.04F, 0.05F, 0.06F});
  const std::map<std::string, Attribute, std::less<>> attributes = {
      {"axis", std::int64_t{1}},
      {"block_size", std::int64_t{4}},
      {"output_dtype", std::int64_t{3}}};
  const Tensor y =
      answer_of({.op_type = "QuantizeLinear", .attributes = attributes, .inputs = {x, scale}});
  EXPECT_EQ(y.dtype(), DType::kI8);
  const Tensor back =
      answer_of({.op_type = "DequantizeLinear",
                 .attributes = {{"axis", std::int64_t{1}}, {"block_size", std::int64_t{4}}},
                 .inputs = {y, scale}});
  for (std::int64_t i = 0; i < 24; ++i) {
    const double step = scale.number_at(i / 12 * 3 + i % 12 / 4);
    EXPECT_NEAR(back.number_at(i), x.number_at(i), step / 2 + 1e-6);
  }
}

TEST(SoftmaxTest, CoercesToAMatrixBeforeOpset13) {
  const Tensor x = floats({1, 2, 2}, {1, 2, 3, 4});
  double sum = 0;
  for (const double value :
       numbers_in(answer_of({.op_type = "Softmax", .inputs = {x}, .opset = 11}))) {
    sum += value;
  }
  EXPECT_NEAR(sum, 1, 1e-6);
  const auto rows = numbers_in(answer_of({.op_type = "Softmax", .inputs = {x}, .opset = 13}));
  EXPECT_NEAR(rows[0] + rows[1], 1, 1e-6);
}

TEST(LstmTest, ZeroWeightsHalveTheCell) {
  // All gates are sigmoid(0) = 1/2 and the candidate tanh(0) = 0.
  const Tensor x = floats({1, 1, 2}, {5, 7});
  const Tensor w = floats({1, 4, 2}, std::vector<float>(8, 0));
  const Tensor r = floats({1, 4, 1}, std::vector<float>(4, 0));
  const Tensor c = floats({1, 1, 1}, {0.8F});
  const KernelCall call{.op_type = "LSTM",
                        .attributes = {{"hidden_size", std::int64_t{1}}},
                        .inputs = {x, w, r, std::nullopt, std::nullopt, std::nullopt, c},
                        .outputs = 3};
  EXPECT_NEAR(answer_of(call, 2).number_at(0), 0.4, 1e-6);
  EXPECT_NEAR(answer_of(call, 1).number_at(0), 0.5 * std::tanh(0.4), 1e-6);
}

TEST(ResizeTest, ScaleOneIsTheIdentityInEveryMode) {
  const Tensor x = floats({1, 1, 2, 3}, {1, 5, 2, 8, 3, 4});
  const Tensor sizes = Tensor::of<std::int64_t>({4}, Integers{1, 1, 2, 3});
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    const Tensor y = answer_of({.op_type = "Resize",
                                .attributes = {{"mode", std::string(mode)}},
                                .inputs = {x, std::nullopt, std::nullopt, sizes}});
    EXPECT_EQ(numbers_in(y), numbers_in(x)) << mode;
  }
}

TEST(TopKTest, TiesGoToTheLowerIndex) {
  const Tensor x = floats({5}, {1, 3, 3, 2, 3});
  const Tensor k = Tensor::of<std::int64_t>({1}, Integers{2});
  const KernelCall call{.op_type = "TopK", .inputs = {x, k}, .outputs = 2};
  EXPECT_EQ(numbers_in(answer_of(call, 1)), (std::vector<double>{1, 2}));
}

TEST(TopKTest, RefusesMoreThanThereAre) {
  const Tensor k = Tensor::of<std::int64_t>({1}, Integers{6});
  EXPECT_FALSE(call_kernel({.op_type = "TopK", .inputs = {floats({2}, {1, 2}), k}, .outputs = 2})
                   .has_value());
}

TEST(DftTest, InverseGivesTheSignalBack) {
  const Tensor x = floats({1, 6, 1}, {1, -2, 3, 0, 5, 4});
  const Tensor spectrum = answer_of({.op_type = "DFT", .inputs = {x}});
  const Tensor back = answer_of(
      {.op_type = "DFT", .attributes = {{"inverse", std::int64_t{1}}}, .inputs = {spectrum}});
  for (std::int64_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(back.number_at(2 * i), x.number_at(i), 1e-5);
    EXPECT_NEAR(back.number_at(2 * i + 1), 0, 1e-5);
  }
}

TEST(EinsumTest, RepeatedLabelsTakeTheDiagonal) {
  const Tensor x = floats({2, 2}, {1, 2, 3, 4});
  const auto sum_of = [&](const char* equation) {
    return numbers_in(answer_of(
        {.op_type = "Einsum", .attributes = {{"equation", std::string(equation)}}, .inputs = {x}}));
  };
  EXPECT_EQ(sum_of("ii"), (std::vector<double>{5}));
  EXPECT_EQ(sum_of("ii->i"), (std::vector<double>{1, 4}));
  EXPECT_EQ(sum_of("...j->j"), (std::vector<double>{4, 6}));
}

TEST(EinsumTest, RefusesAnEquationThatDoesNotFit) {
  const Tensor x = floats({2, 2}, {1, 2, 3, 4});
  for (const char* equation : {"i", "ij,jk", "i1", "ij->k", ""}) {
    EXPECT_FALSE(call_kernel({.op_type = "Einsum",
                              .attributes = {{"equation", std::string(equation)}},
                              .inputs = {x}})
                     .has_value())
        << equation;
  }
}

TEST(AttentionTest, ARowWithoutAnyKeyIsZero) {
  const Tensor q = floats({1, 1, 1, 2}, {1, 2});
  auto none = Tensor::allocate(DType::kBool, {1, 1});
  ASSERT_TRUE(none.has_value());
  const Tensor y = answer_of(
      {.op_type = "Attention", .inputs = {q, q, q, std::move(none).value()}, .opset = 24});
  EXPECT_EQ(numbers_in(y), (std::vector<double>{0, 0}));
}

TEST(MatMulNBitsTest, UnpacksLowBitsFirstAroundTheMiddle) {
  // One column of 16 weights, the first two 9 and 6: 1 and -2 steps of 0.5.
  std::vector<std::uint8_t> packed(8, 0x88);
  packed[0] = 0x69;
  std::vector<float> left(16, 0);
  left[0] = 2;
  left[1] = 1;
  const Tensor y =
      answer_of({.op_type = "MatMulNBits",
                 .attributes = {{"K", std::int64_t{16}},
                                {"N", std::int64_t{1}},
                                {"bits", std::int64_t{4}},
                                {"block_size", std::int64_t{16}}},
                 .inputs = {floats({1, 16}, left), Tensor::of<std::uint8_t>({1, 1, 8}, packed),
                            floats({1}, {0.5F})},
                 .opset = 1,
                 .domain = "com.microsoft"});
  EXPECT_EQ(numbers_in(y), (std::vector<double>{2 * 0.5 - 1.0}));
}

}  // namespace
}  // namespace arete::model::operators
