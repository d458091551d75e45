// SPDX-License-Identifier: Apache-2.0
#include "media/natural_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace arete::media {
namespace {

TEST(NaturalOrder, CountsAsAPersonDoes) {
  const std::vector<std::string> wanted{"a", "a1", "a2", "a10", "a10b", "a010c", "b1"};
  std::vector<std::string> names = wanted;
  std::ranges::reverse(names);
  std::ranges::sort(names, natural_less);
  EXPECT_EQ(names, wanted);
}

TEST(NaturalOrder, NumbersOfAnyLengthAndLeadingZeros) {
  EXPECT_TRUE(natural_less("f99999999999999999999", "f100000000000000000000"));
  EXPECT_TRUE(natural_less("x01", "x1"));  // the same number: still one order
  EXPECT_FALSE(natural_less("x1", "x01"));
  EXPECT_FALSE(natural_less("x1", "x1"));
  EXPECT_TRUE(natural_less("", "0"));
}

}  // namespace
}  // namespace arete::media
