// SPDX-License-Identifier: Apache-2.0
#include "model/passes/dequantize.hpp"

#include <gtest/gtest.h>

#include "model/reference/evaluator.hpp"
#include "model/test_models.hpp"

namespace arete::model {
namespace {

using tensor::DType;
using tensor::Tensor;

TEST(DequantizeModel, ConstantsBecomeRealAndNothingIsRounded) {
  ModelBuilder builder;
  const ValueId x = builder.input("x", DType::kF32, {Dim(2)});
  builder.model().value(x).quantization = {DType::kI8, DType::kF32, {1.0F}, {5}, std::nullopt, 0};
  builder.model().value(x).metadata["state.initial"] = "BQU=";
  const ValueId w =
      builder.constant("w", Tensor::of<std::uint8_t>({2}, std::vector<std::uint8_t>{130, 120}));
  builder.model().value(w).dtype = DType::kF32;
  builder.model().value(w).quantization = {DType::kU8, DType::kF32, {0.25F, 0.5F},
                                           {128, 128}, 0,           0};
  const ValueId y = builder.node("Mul", {x, w});
  builder.model().value(y).dtype = DType::kF32;
  builder.model().value(y).quantization = {DType::kI8, DType::kF32, {8.0F}, {0}, std::nullopt, 0};
  builder.output(y);
  builder.model().arithmetic = Arithmetic::kTfliteSingleRounding;
  const auto twin = dequantize_model(builder.take());
  ASSERT_TRUE(twin) << twin.error().message();
  EXPECT_EQ(twin->arithmetic, Arithmetic::kQdqFloat);
  EXPECT_FALSE(twin->value(x).metadata.contains("state.initial"));
  for (const ValueId id : {x, w, y}) {
    EXPECT_FALSE(twin->value(id).quantization);
    EXPECT_EQ(twin->value(id).dtype, DType::kF32);
  }
  auto evaluator = Evaluator::create(*twin);
  ASSERT_TRUE(evaluator) << evaluator.error().message();
  const auto outputs =
      evaluator->run({Datum{.tensor = Tensor::of<float>({2}, std::vector<float>{3, 1})}});
  ASSERT_TRUE(outputs) << outputs.error().message();
  const auto data = outputs->at(0).tensor.data<float>();
  EXPECT_EQ(std::vector<float>(data.begin(), data.end()), (std::vector<float>{1.5F, -4.0F}));
}

}  // namespace
}  // namespace arete::model
