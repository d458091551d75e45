// SPDX-License-Identifier: Apache-2.0
#include "model/operators/broadcast.hpp"

#include <gtest/gtest.h>

#include "model/operators/dispatch.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;
using Integers = std::vector<std::int64_t>;

TEST(Broadcast, StridesAreZeroWhereATensorIsRepeated) {
  EXPECT_EQ(broadcast_strides(Shape{3, 1}, Shape{2, 3, 4}), (Integers{0, 1, 0}));
  EXPECT_EQ(broadcast_strides(Shape{}, Shape{2, 3}), (Integers{0, 0}));
}

TEST(Broadcast, WalksEveryElementInOrder) {
  const Integers from = strided_indices(Shape{2, 2, 2}, Integers{1, 4, 2}, 100);
  EXPECT_EQ(from, (Integers{100, 102, 104, 106, 101, 103, 105, 107}));
  EXPECT_EQ(strided_indices(Shape{}, Integers{}, 7), (Integers{7}));
  EXPECT_TRUE(strided_indices(Shape{2, 0, 3}, Integers{3, 3, 1}).empty());
}

TEST(Broadcast, TablesCombineAxes) {
  const std::vector<Integers> tables{{1, 0}, {2, -1}};
  EXPECT_EQ(table_shape(tables), (Shape{2, 2}));
  EXPECT_EQ(table_indices(Shape{2, 3}, tables), (Integers{5, -1, 2, -1}));
}

TEST(Pick, MovesStringsPackedAndWideElements) {
  const auto words = Tensor::from_strings(Shape{2}, {"a", "b"});
  const auto picked = pick(*words, Shape{3}, Integers{1, -1, 0});
  EXPECT_EQ(picked->strings(), (std::vector<std::string>{"b", "", "a"}));

  const std::vector<double> numbers{-8, 3, 7};
  const auto nibbles = tensor_from(DType::kI4, Shape{3}, std::span<const double>(numbers));
  const auto turned = pick(*nibbles, Shape{3}, Integers{2, 1, 0});
  EXPECT_EQ(integers_of(*turned).value(), (Integers{7, 3, -8}));

  const Tensor wide = Tensor::of<double>(Shape{2}, std::vector<double>{1.5, 2.5});
  const Tensor fill = Tensor::scalar<double>(9);
  EXPECT_EQ(numbers_of(*pick(wide, Shape{2}, Integers{-1, 1}, &fill)),
            (std::vector<double>{9, 2.5}));
}

TEST(Put, LeavesTheSourceAsItWas) {
  const Tensor data = Tensor::of<float>(Shape{3}, std::vector<float>{1, 2, 3});
  const Tensor news = Tensor::of<float>(Shape{2}, std::vector<float>{8, 9});
  const auto changed = put(data, Integers{2, 0}, news);
  EXPECT_EQ(floats_of(*changed), (std::vector<float>{9, 2, 8}));
  EXPECT_EQ(floats_of(data), (std::vector<float>{1, 2, 3}));
  EXPECT_FALSE(put(data, Integers{0}, news));
}

TEST(ExpandTo, RefusesAShapeThatWouldNotHoldTheSource) {
  const Tensor data = Tensor::of<float>(Shape{2, 1}, std::vector<float>{1, 2});
  EXPECT_EQ(floats_of(*expand_to(data, Shape{2, 2})), (std::vector<float>{1, 1, 2, 2}));
  EXPECT_FALSE(expand_to(data, Shape{1, 2}));
}

}  // namespace
}  // namespace arete::model::operators
