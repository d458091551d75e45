// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "report/format.hpp"
#include "report/progress.hpp"
#include "report/table.hpp"

namespace arete::report {
namespace {

TEST(Format, CountsKeepFourSignificantDigits) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(9999), "9999");
  EXPECT_EQ(format_count(12'501'632), "12.50 M");
  EXPECT_EQ(format_count(2'657'000), "2.657 M");
  EXPECT_EQ(format_count(999'960), "1.000 M");
  EXPECT_EQ(format_count(-12'345), "-12.35 k");
}

TEST(Format, BytesUseDecimalUnits) {
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1'882'904), "1.883 MB");
  EXPECT_EQ(format_bytes(61'865'984), "61.87 MB");
}

TEST(Table, AlignsColumnsAndCountsCodePoints) {
  Table table({{"name"}, {"ms", Align::kRight}});
  table.add_row({"größe", "1.5"});
  table.add_row({"b", "12.25"});
  EXPECT_EQ(table.text(),
            "name      ms\n"
            "-----  -----\n"
            "größe    1.5\n"
            "b      12.25\n");
}

TEST(Progress, FillsInProportion) {
  EXPECT_EQ(progress_line("x", 0, 4), "x  0/4  [--------------------]");
  EXPECT_EQ(progress_line("x", 1, 4), "x  1/4  [#####---------------]");
  EXPECT_EQ(progress_line("x", 9, 4), "x  9/4  [####################]");
}

}  // namespace
}  // namespace arete::report
