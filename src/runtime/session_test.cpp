// SPDX-License-Identifier: Apache-2.0
#include "runtime/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace arete::runtime {
namespace {

using tensor::DType;

TensorInfo sample(std::string name) {
  return {std::move(name), DType::kF32, SymbolicDims{{-1, "batch"}, {3, ""}, {-1, ""}}, {}};
}

TEST(TensorInfo, TextShowsNumbersNamesAndUnknowns) {
  EXPECT_EQ(text_of(sample("x")), "f32[batch, 3, ?]");
  EXPECT_EQ(text_of(TensorInfo{"x", DType::kI64, SymbolicDims{}, {}}), "i64[]");
  EXPECT_EQ(text_of(TensorInfo{"x", DType::kU8, std::nullopt, {}}), "u8[...]");
}

TEST(TensorInfo, HasAShapeOnlyIfAllExtentsAreKnown) {
  EXPECT_FALSE(sample("x").shape().has_value());
  const TensorInfo known{"x", DType::kF32, SymbolicDims{{2, "n"}, {3, ""}}, {}};
  EXPECT_EQ(known.shape(), (tensor::Shape{2, 3}));
  EXPECT_FALSE((TensorInfo{"x", DType::kF32, std::nullopt, {}}).shape().has_value());
}

TEST(IndexOf, FindsANameOrListsAllWithASuggestion) {
  const std::vector<TensorInfo> infos{sample("image"), sample("state")};
  EXPECT_EQ(index_of(infos, "state", "input").value(), 1U);
  const auto missing = index_of(infos, "imege", "input");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message(),
            "no input 'imege' (did you mean 'image'?); the model has: image, state");
}

TEST(ViewOf, StringsPointAtTheStringObjects) {
  const auto words = tensor::Tensor::from_strings({2}, {"a", "bc"}).value();
  const tensor::TensorView view = view_of(words);
  EXPECT_EQ(view.dtype, DType::kString);
  EXPECT_EQ(reinterpret_cast<const std::string*>(view.data)[1], "bc");
}

}  // namespace
}  // namespace arete::runtime
