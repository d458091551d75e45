// Integer arithmetic through the evaluator, on numbers worked out by hand.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "model/reference/evaluator.hpp"
#include "model/reference/integer/fixed_point_16.hpp"
#include "model/reference/integer/tables_16.hpp"
#include "model/test_models.hpp"

namespace arete::model {
namespace {

using tensor::DType;
using tensor::Quantization;
using tensor::Tensor;

Quantization stored_steps(DType stored, float scale, std::int32_t zero = 0) {
  return {stored, DType::kF32, {scale}, {zero}, std::nullopt, 0};
}

/// A fully connected layer of one unit whose weight is 1; y is quantized with a scale of 4.
Model one_weight(DType stored, Arithmetic arithmetic) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(1), Dim(1)});
  builder.model().value(x).quantization = stored_steps(stored, 1.0F);
  const ValueId w =
      builder.constant("w", Tensor::of<std::int8_t>({1, 1}, std::vector<std::int8_t>{1}));
  builder.model().value(w).dtype = DType::kF32;
  builder.model().value(w).quantization = stored_steps(DType::kI8, 1.0F);
  const ValueId y = builder.node("Gemm", {x, w}, {{"transB", std::int64_t{1}}});
  builder.model().value(y).dtype = DType::kF32;
  builder.model().value(y).quantization = stored_steps(stored, 4.0F);
  builder.output(y);
  builder.model().arithmetic = arithmetic;
  return builder.take();
}

std::int64_t first_answer(const Model& model, const Tensor& x) {
  auto evaluator = Evaluator::create(model);
  EXPECT_TRUE(evaluator) << evaluator.error().message();
  const auto outputs = evaluator->run({Datum{.tensor = x}});
  EXPECT_TRUE(outputs) << outputs.error().message();
  return outputs->at(0).tensor.integer_at(0);
}

Tensor one_byte(std::int8_t x) {
  return Tensor::of<std::int8_t>({1, 1}, std::vector<std::int8_t>{x});
}

TEST(IntegerKernels, SingleAndDoubleRoundingDifferBelowZero) {
  const Model single = one_weight(DType::kI8, Arithmetic::kTfliteSingleRounding);
  const Model twice = one_weight(DType::kI8, Arithmetic::kTflmDoubleRounding);
  EXPECT_EQ(first_answer(single, one_byte(-2)), 0);   // -0.5, half up
  EXPECT_EQ(first_answer(twice, one_byte(-2)), -1);   // -0.5, half away from zero
  EXPECT_EQ(first_answer(single, one_byte(-6)), -1);  // -1.5
  EXPECT_EQ(first_answer(twice, one_byte(-6)), -2);
  EXPECT_EQ(first_answer(single, one_byte(2)), 1);
  EXPECT_EQ(first_answer(twice, one_byte(2)), 1);
  EXPECT_EQ(first_answer(twice, one_byte(1)), 1);  // 0.25: the first rounding makes it a half
  EXPECT_EQ(first_answer(single, one_byte(1)), 0);
}

TEST(IntegerKernels, SixteenBitActivationsWithEightBitWeights) {
  const Model model = one_weight(DType::kI16, Arithmetic::kTfliteSingleRounding);
  const auto wide = [](std::int16_t x) {
    return Tensor::of<std::int16_t>({1, 1}, std::vector<std::int16_t>{x});
  };
  EXPECT_EQ(first_answer(model, wide(32767)), 8192);
  EXPECT_EQ(first_answer(model, wide(-32768)), -8192);
  EXPECT_EQ(first_answer(model, wide(6)), 2);
  EXPECT_EQ(first_answer(model, wide(-6)), -1);
}

TEST(IntegerKernels, AMeanIsRoundedOnce) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(1), Dim(4)});
  builder.model().value(x).quantization = stored_steps(DType::kI8, 0.5F, 3);
  const ValueId axes =
      builder.constant("axes", Tensor::of<std::int64_t>({1}, std::vector<std::int64_t>{1}));
  builder.model().opset_imports[""] = 18;
  const ValueId y = builder.node("ReduceMean", {x, axes});
  builder.model().value(y).dtype = DType::kF32;
  builder.model().value(y).quantization = stored_steps(DType::kI8, 0.25F, -1);
  builder.output(y);
  builder.model().arithmetic = Arithmetic::kTfliteSingleRounding;
  // (1 + 2 + 3 + 5) / 4 = 2.75 steps of 0.5 = 5.5 steps of 0.25
  const std::vector<std::int8_t> numbers = {4, 5, 6, 8};
  EXPECT_EQ(first_answer(builder.take(), Tensor::of<std::int8_t>({1, 4}, numbers)), 6 - 1);
}

TEST(IntegerKernels, SixteenBitGatesAreCloseToTheirFunctions) {
  for (std::int32_t x = -32768; x <= 32767; x += 7) {
    const double real = x / 4096.0;
    EXPECT_NEAR(integer::fixed16::sigmoid(x) / 32768.0, 1.0 / (1.0 + std::exp(-real)), 3e-4) << x;
    EXPECT_NEAR(integer::fixed16::tanh(x, 3) / 32768.0, std::tanh(real), 8e-4) << x;
    EXPECT_NEAR(integer::fixed16::tanh(x, 0) / 32768.0, std::tanh(real / 8), 8e-4) << x;
  }
}

TEST(IntegerKernels, TablesInterpolateCloseToTheirFunctions) {
  const float scale = 6.0F / 32767.0F;
  const auto sigmoid_at = integer::TablePosition::of(scale, 0);
  const integer::Table16 exponential(10.0F / 65535.0F, 32767, 2.0F / 65535.0F,
                                     [](float x) { return std::exp(x); });
  for (std::int32_t x = -32768; x <= 32767; x += 11) {
    const double real = x * static_cast<double>(scale);
    EXPECT_NEAR(integer::table_sigmoid(sigmoid_at(x)) / 32768.0, 1.0 / (1.0 + std::exp(-real)),
                8e-5);
    EXPECT_NEAR(integer::table_tanh(sigmoid_at(x)) / 32768.0, std::tanh(real), 1e-4);
    EXPECT_NEAR(exponential(x) / 32768.0, std::exp((x - 32767) * 10.0 / 65535.0),
                2e-4);  // 512 steps of 128 are one more than the range
  }
}

}  // namespace
}  // namespace arete::model
