// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tensor/results.hpp"

namespace arete::tensor {
namespace {

TEST(TensorAllocate, IsZeroedAndAligned) {
  const Tensor tensor = Tensor::allocate(DType::kF32, Shape{3, 5}).value();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % 64, 0U);
  for (const float value : tensor.data<float>()) {
    EXPECT_EQ(value, 0);
  }
}

TEST(TensorAllocate, RefusesWhatIsTooLargeOrImpossible) {
  EXPECT_EQ(Tensor::allocate(DType::kF32, Shape{1 << 20, 1 << 20}).error().code(),
            ErrorCode::kNoSpace);
  EXPECT_EQ(Tensor::allocate(DType::kF32, Shape{-1}).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Tensor::allocate(DType::kU8, Shape{11}, 10).error().code(), ErrorCode::kNoSpace);
  EXPECT_EQ(Tensor::allocate(DType::kString, Shape{1 << 30, 1 << 20}).error().code(),
            ErrorCode::kNoSpace);
}

TEST(TensorFromBytes, ChecksTheSize) {
  EXPECT_TRUE(Tensor::from_bytes(DType::kI4, Shape{3}, SharedBytes(Bytes(2))).has_value());
  EXPECT_EQ(Tensor::from_bytes(DType::kI4, Shape{3}, SharedBytes(Bytes(3))).error().code(),
            ErrorCode::kCorrupt);
  EXPECT_FALSE(Tensor::from_bytes(DType::kString, Shape{0}, SharedBytes()).has_value());
  EXPECT_FALSE(Tensor::from_strings(Shape{2}, {"a"}).has_value());
}

TEST(TensorFromBytes, UnalignedBytesAreMadeReadable) {
  const SharedBytes block(Bytes(9, std::byte{1}));
  const Tensor tensor = Tensor::from_bytes(DType::kI32, Shape{2}, block.slice(1, 8)).value();
  EXPECT_EQ(tensor.data<std::int32_t>()[1], 0x01010101);
}

TEST(TensorCopies, ShareBytesUntilWritten) {
  Tensor first = Tensor::of<float>(Shape{2}, {1, 2});
  Tensor second = first;
  EXPECT_EQ(first.bytes().data(), second.bytes().data());
  second.mutable_data<float>()[0] = 9;
  EXPECT_EQ(first.data<float>()[0], 1);
  EXPECT_EQ(second.data<float>()[0], 9);
  const std::byte* const before = second.bytes().data();
  second.mutable_data<float>()[1] = 8;
  EXPECT_EQ(second.bytes().data(), before);
}

TEST(TensorCopies, BorrowedBytesAreNeverWritten) {
  const SharedBytes block(Bytes(4, std::byte{5}));
  Tensor tensor = Tensor::from_bytes(DType::kU8, Shape{4}, block).value();
  tensor.mutable_data<std::uint8_t>()[0] = 7;
  EXPECT_EQ(block.view()[0], std::byte{5});
}

TEST(TensorCopies, StringsAreSharedUntilWrittenToo) {
  Tensor first = Tensor::from_strings(Shape{1}, {"a"}).value();
  Tensor second = first;
  second.mutable_strings()[0] = "b";
  EXPECT_EQ(first.strings()[0], "a");
  EXPECT_FALSE(first.same_as(second));
}

class NumberAccessTest : public testing::TestWithParam<DType> {};
INSTANTIATE_TEST_SUITE_P(All, NumberAccessTest,
                         testing::Values(DType::kF32, DType::kF64, DType::kF16, DType::kBf16,
                                         DType::kI8, DType::kI16, DType::kI32, DType::kI64,
                                         DType::kU8, DType::kU16, DType::kU32, DType::kU64,
                                         DType::kI4, DType::kU4, DType::kI2, DType::kU2,
                                         DType::kF8E4M3Fn, DType::kF8E5M2, DType::kF4E2M1),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

// 0 and 1 exist in all of them; neighbors in a byte must not disturb each other.
TEST_P(NumberAccessTest, WrittenNumbersAreRead) {
  Tensor tensor = Tensor::allocate(GetParam(), Shape{11}).value();
  for (std::int64_t i = 0; i < 11; ++i) {
    tensor.set_number(i, i % 3 == 0 ? 1 : 0);
  }
  tensor.set_number(3, 0);
  tensor.set_number(4, 1);
  for (std::int64_t i = 0; i < 11; ++i) {
    const bool one = (i % 3 == 0 && i != 3) || i == 4;
    EXPECT_EQ(tensor.number_at(i), one ? 1 : 0) << i;
    EXPECT_EQ(tensor.integer_at(i), one ? 1 : 0) << i;
  }
}

class IntegerAccessTest : public testing::TestWithParam<DType> {};
INSTANTIATE_TEST_SUITE_P(All, IntegerAccessTest,
                         testing::Values(DType::kI8, DType::kI16, DType::kI32, DType::kU8,
                                         DType::kU16, DType::kU32, DType::kI4, DType::kU4,
                                         DType::kI2, DType::kU2),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST_P(IntegerAccessTest, NumbersSaturateAndRoundToEven) {
  Tensor tensor = Tensor::allocate(GetParam(), Shape{5}).value();
  const IntegerRange range = integer_range(GetParam());
  tensor.set_number(0, 1e30);
  tensor.set_number(1, -1e30);
  tensor.set_number(2, 0.5);
  tensor.set_number(3, std::numeric_limits<double>::quiet_NaN());
  tensor.set_number(4, static_cast<double>(range.lowest));
  EXPECT_EQ(tensor.integer_at(0), range.highest);
  EXPECT_EQ(tensor.integer_at(1), range.lowest);
  EXPECT_EQ(tensor.integer_at(2), 0);
  EXPECT_EQ(tensor.integer_at(3), 0);
  EXPECT_EQ(tensor.number_at(4), static_cast<double>(range.lowest));
}

TEST(NumberAccess, WideIntegersLoseNothing) {
  const Tensor tensor = Tensor::of<std::int64_t>(Shape{1}, {9007199254740993});
  EXPECT_EQ(tensor.integer_at(0), 9007199254740993);
  const Tensor top = Tensor::of<std::uint64_t>(Shape{1}, {18446744073709551615U});
  EXPECT_EQ(top.integer_at(0), -1);
  EXPECT_EQ(top.number_at(0), 18446744073709551616.0);
}

TEST(NumberAccess, BooleansAreZeroOrOne) {
  const Tensor odd =
      Tensor::from_bytes(DType::kBool, Shape{2}, SharedBytes(Bytes{std::byte{0}, std::byte{255}}))
          .value();
  EXPECT_EQ(odd.number_at(0), 0);
  EXPECT_EQ(odd.number_at(1), 1);
}

TEST(TensorViews, StridedMemoryIsCopiedDense) {
  const std::vector<std::int16_t> memory{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const auto* const bytes = reinterpret_cast<const std::byte*>(memory.data());
  TensorView transposed(DType::kI16, Shape{4, 3}, bytes);
  EXPECT_TRUE(transposed.dense());
  transposed.strides = {2, 8};
  EXPECT_FALSE(transposed.dense());
  const Tensor copy = copy_of(transposed).value();
  EXPECT_EQ(copy.data<std::int16_t>()[1], 4);
  EXPECT_EQ(copy.data<std::int16_t>()[3], 1);
  TensorView every_second(DType::kI16, Shape{6}, bytes);
  every_second.strides = {4};
  EXPECT_EQ(copy_of(every_second).value().data<std::int16_t>()[5], 10);
  TensorView repeated(DType::kI16, Shape{3, 2}, bytes);
  repeated.strides = {0, 2};
  EXPECT_EQ(copy_of(repeated).value().data<std::int16_t>()[4], 0);
}

TEST(TensorViews, StridesMustMatchTheRank) {
  const std::vector<std::int16_t> memory(4);
  TensorView view(DType::kI16, Shape{2, 2}, reinterpret_cast<const std::byte*>(memory.data()));
  view.strides = {4};
  EXPECT_EQ(copy_of(view).error().code(), ErrorCode::kInvalid);
}

TEST(TensorViews, ViewsOfTensorsAreTheirBytes) {
  const Tensor tensor = Tensor::of<float>(Shape{2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(copy_of(TensorView(tensor)).value().same_as(tensor));
}

TEST(TensorReshape, KeepsTheBytes) {
  const Tensor tensor = Tensor::of<float>(Shape{2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor flat = tensor.reshaped(Shape{6});
  EXPECT_EQ(flat.bytes().data(), tensor.bytes().data());
  EXPECT_FALSE(flat.same_as(tensor));
}

TEST(TensorSame, ComparesBitsNotNumbers) {
  EXPECT_FALSE(Tensor::scalar(0.0F).same_as(Tensor::scalar(-0.0F)));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(Tensor::scalar(nan).same_as(Tensor::scalar(nan)));
  EXPECT_FALSE(Tensor::scalar(std::int32_t{0}).same_as(Tensor::scalar(0.0F)));
}

TEST(IntersectionOverUnion, IsOneForTheSameAndZeroForApart) {
  const Box box{0, 0, 2, 2};
  EXPECT_FLOAT_EQ(intersection_over_union(box, box), 1);
  EXPECT_FLOAT_EQ(intersection_over_union(box, {1, 0, 3, 2}), 1.0F / 3);
  EXPECT_EQ(intersection_over_union(box, {2, 2, 3, 3}), 0);
  EXPECT_EQ(intersection_over_union(box, {5, 5, 6, 6}), 0);
  EXPECT_EQ(intersection_over_union({1, 1, 1, 1}, {1, 1, 1, 1}), 0);
  EXPECT_EQ(intersection_over_union({3, 3, 1, 1}, box), 0);
}

}  // namespace
}  // namespace arete::tensor
