// SPDX-License-Identifier: Apache-2.0
#include "evaluate/random_inputs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace arete::evaluate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

runtime::TensorInfo info(const std::string& name, tensor::DType dtype, runtime::SymbolicDims dims) {
  runtime::TensorInfo made;
  made.name = name;
  made.dtype = dtype;
  made.dims = std::move(dims);
  return made;
}

TEST(RandomInputs, TheSameForTheSameSeedWhateverTheEngineCallsThem) {
  const std::vector a{info("x", tensor::DType::kF32, {{50, ""}})};
  const std::vector b{info("serving_x:0", tensor::DType::kF32, {{50, ""}})};
  const auto one = random_inputs(a, {}, 7).value();
  EXPECT_TRUE(one.tensors[0].same_as(random_inputs(b, {}, 7).value().tensors[0]));
  EXPECT_FALSE(one.tensors[0].same_as(random_inputs(a, {}, 8).value().tensors[0]));
  for (const float value : one.tensors[0].data<float>()) {
    EXPECT_TRUE(value >= 0 && value < 1);
  }
}

TEST(RandomInputs, QuantizedOnesUseTheirWholeRangeAndIndicesStaySmall) {
  std::vector infos{info("q", tensor::DType::kI8, {{4000, ""}}),
                    info("id", tensor::DType::kI64, {{100, ""}})};
  infos[0].quantization = tensor::Quantization{};
  const auto inputs = random_inputs(infos, {}, 1).value();
  const auto stored = inputs.tensors[0].data<std::int8_t>();
  const std::set<std::int8_t> seen(stored.begin(), stored.end());
  EXPECT_GT(seen.size(), 250U);
  for (const std::int64_t id : inputs.tensors[1].data<std::int64_t>()) {
    EXPECT_TRUE(id == 0 || id == 1);
  }
}

TEST(RandomInputs, UnknownExtentsAreOneUnlessStated) {
  const std::vector infos{info("x", tensor::DType::kF32, {{-1, "batch"}, {3, ""}})};
  const auto assumed = random_inputs(infos, {}, 1).value();
  EXPECT_THAT(assumed.tensors[0].shape().dims(), ElementsAre(1, 3));
  EXPECT_THAT(assumed.assumed, ElementsAre("x"));
  const auto stated = random_inputs(infos, {{"x", tensor::Shape{2, 3}}}, 1).value();
  EXPECT_THAT(stated.tensors[0].shape().dims(), ElementsAre(2, 3));
  EXPECT_TRUE(stated.assumed.empty());
}

TEST(RandomInputs, ShapesThatDoNotFitAreNamed) {
  const std::vector infos{info("x", tensor::DType::kF32, {{-1, "batch"}, {3, ""}})};
  const auto wrong = random_inputs(infos, {{"x", tensor::Shape{2, 4}}}, 1);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message(), HasSubstr("[2, 4] does not fit input 'x'"));
  EXPECT_EQ(random_inputs(infos, {{"y", tensor::Shape{1}}}, 1).error().code(),
            ErrorCode::kNotFound);
  const std::vector text{info("t", tensor::DType::kString, {{1, ""}})};
  EXPECT_EQ(random_inputs(text, {}, 1).error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace arete::evaluate
