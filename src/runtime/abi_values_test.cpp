// SPDX-License-Identifier: Apache-2.0
#include "runtime/abi_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace arete::runtime {
namespace {

using tensor::DType;

arete_tensor tensor_over(std::span<const std::int64_t> shape, arete_dtype dtype, void* data,
                         std::uint64_t bytes) {
  arete_tensor made{};
  made.struct_size = sizeof(arete_tensor);
  made.dtype = dtype;
  made.memory = ARETE_MEMORY_HOST;
  made.rank = static_cast<std::uint32_t>(shape.size());
  made.shape = shape.data();
  made.data = data;
  made.bytes = bytes;
  return made;
}

TEST(AbiCodes, EveryNumberHasACodeAndNonsenseIsInternal) {
  EXPECT_EQ(code_of(ARETE_TIMEOUT), ErrorCode::kTimeout);
  EXPECT_EQ(code_of(ARETE_IO), ErrorCode::kIo);
  EXPECT_EQ(code_of(0), ErrorCode::kInternal);
  EXPECT_EQ(code_of(-1), ErrorCode::kInternal);
  EXPECT_EQ(code_of(1000), ErrorCode::kInternal);
}

TEST(AbiDtypes, NumbersAreTheSameOnBothSides) {
  for (arete_dtype number = 1; number <= ARETE_DTYPE_F4E2M1; ++number) {
    EXPECT_EQ(abi_dtype(dtype_of(number)), number);
    EXPECT_NE(tensor::name_of(dtype_of(number)), "undefined");
  }
  EXPECT_EQ(dtype_of(99), DType::kUndefined);
  EXPECT_EQ(dtype_of(-3), DType::kUndefined);
}

TEST(Borrow, CountsTheBytesThatStridesReach) {
  const std::array<std::byte, 64> memory{};
  const tensor::Shape shape{2, 3};
  const std::vector<std::int64_t> strides{32, 8};
  const auto strided = borrow(DType::kF32, shape, strides, memory.data());
  ASSERT_TRUE(strided.has_value());
  EXPECT_EQ(strided->bytes, 32U + 2 * 8 + 4);
  const auto dense = borrow(DType::kI4, tensor::Shape{5}, {}, memory.data());
  ASSERT_TRUE(dense.has_value());
  EXPECT_EQ(dense->bytes, 3U);
}

TEST(Borrow, RefusesImpossibleShapesAndStridesOfAnotherRank) {
  const tensor::Shape huge{std::int64_t{1} << 40, std::int64_t{1} << 40};
  EXPECT_FALSE(borrow(DType::kF32, huge, {}, nullptr).has_value());
  const std::vector<std::int64_t> strides{4};
  EXPECT_FALSE(borrow(DType::kF32, tensor::Shape{2, 2}, strides, nullptr).has_value());
}

TEST(CopyFrom, CopiesDenseStridedAndStringTensors) {
  std::array<float, 6> memory{1, 2, 3, 4, 5, 6};
  const std::array<std::int64_t, 2> shape{2, 2};
  arete_tensor given = tensor_over(shape, ARETE_DTYPE_F32, memory.data(), sizeof(memory));
  EXPECT_THAT(copy_from(given).value().data<float>(), testing::ElementsAre(1, 2, 3, 4));
  const std::array<std::int64_t, 2> strides{12, 4};
  given.strides = strides.data();
  EXPECT_THAT(copy_from(given).value().data<float>(), testing::ElementsAre(1, 2, 4, 5));

  std::array<arete_string, 2> words{{{"ab", 2}, {"", 0}}};
  const std::array<std::int64_t, 1> two{2};
  const arete_tensor strings = tensor_over(two, ARETE_DTYPE_STRING, words.data(), sizeof(words));
  EXPECT_THAT(copy_from(strings).value().strings(), testing::ElementsAre("ab", ""));
}

TEST(CopyFrom, RefusesResultsThatContradictThemselves) {
  std::array<float, 4> memory{};
  const std::array<std::int64_t, 2> shape{2, 3};
  arete_tensor given = tensor_over(shape, ARETE_DTYPE_F32, memory.data(), sizeof(memory));
  EXPECT_EQ(copy_from(given).error().code(), ErrorCode::kInternal) << "too few bytes";
  given.bytes = 24;
  given.data = nullptr;
  EXPECT_FALSE(copy_from(given).has_value()) << "no memory";
  given.data = memory.data();
  given.dtype = 77;
  EXPECT_FALSE(copy_from(given).has_value()) << "no such dtype";
  const std::array<std::int64_t, 2> negative{-1, 3};
  EXPECT_FALSE(copy_from(tensor_over(negative, ARETE_DTYPE_F32, memory.data(), 16)).has_value());
}

TEST(InfoOf, KeepsNamesUnknownsAndQuantization) {
  const std::array<std::int64_t, 2> shape{-1, 4};
  const std::array<const char*, 2> names{"batch", ""};
  const float scale = 0.5F;
  const std::int32_t zero_point = 128;
  const arete_quantization quantization{
      sizeof(arete_quantization), ARETE_DTYPE_F32, 1, &scale, &zero_point, -1, 0};
  const arete_tensor_info given{
      sizeof(arete_tensor_info), "x", ARETE_DTYPE_U8, 2, shape.data(), names.data(), &quantization};
  const TensorInfo info = info_of(given).value();
  EXPECT_EQ(text_of(info), "u8[batch, 4]");
  ASSERT_TRUE(info.quantization.has_value());
  EXPECT_EQ(info.quantization->stored, DType::kU8);
  EXPECT_EQ(info.quantization->scales, std::vector<float>{0.5F});
  EXPECT_EQ(info.quantization->zero_points, std::vector<std::int32_t>{128});
  EXPECT_TRUE(info.quantization->per_tensor());
}

}  // namespace
}  // namespace arete::runtime
