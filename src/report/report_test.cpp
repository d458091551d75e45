// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "report/progress.hpp"
#include "report/table.hpp"
#include "report/units.hpp"

namespace arete::report {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(HumanBytes, HasThreeDigits) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.00 kB");
  EXPECT_EQ(human_bytes(4185023), "4.19 MB");
  EXPECT_EQ(human_bytes(99960), "100 kB");
  EXPECT_EQ(human_bytes(999600), "1.00 MB");
  EXPECT_EQ(human_bytes(18446744073709551615U), "18.4 EB");
}

TEST(HumanCount, HasNoUnit) {
  EXPECT_EQ(human_count(7), "7");
  EXPECT_EQ(human_count(12500000), "12.5 M");
}

TEST(HumanDuration, PicksItsUnit) {
  EXPECT_EQ(human_duration(Nanoseconds(870)), "870 ns");
  EXPECT_EQ(human_duration(microseconds(870)), "870 us");
  EXPECT_EQ(human_duration(microseconds(3420)), "3.42 ms");
  EXPECT_EQ(human_duration(microseconds(999600)), "1.00 s");
  EXPECT_EQ(human_duration(milliseconds(12100)), "12.1 s");
  EXPECT_EQ(human_duration(seconds(125)), "2 min 05 s");
  EXPECT_EQ(human_duration(seconds(3661)), "1 h 01 min");
}

TEST(Table, AlignsColumns) {
  Table table({{"name", Align::kLeft}, {"ms", Align::kRight}});
  table.add_row({"infer", "3.4"});
  table.add_row({"a long one", "12"});
  table.add_row({"last"});
  EXPECT_EQ(table.text(),
            "name         ms\n"
            "----------  ---\n"
            "infer       3.4\n"
            "a long one   12\n"
            "last\n");
  EXPECT_EQ(table.rows(), 3U);
}

TEST(Table, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("é"), 1U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("😀"), 2U);
  EXPECT_EQ(display_width("\xFF\xFE"), 2U);
  Table table({{"n", Align::kLeft}, {"x", Align::kLeft}});
  table.add_row({"日本", "1"});
  table.add_row({"abcd", "2"});
  EXPECT_EQ(table.text(), "n     x\n----  -\n日本  1\nabcd  2\n");
}

TEST(Table, CutsWhatIsTooWide) {
  Table table({{"n", Align::kLeft, 4}, {"x", Align::kLeft}});
  table.add_row({"abcdef", "1"});
  table.add_row({"日本語", "2"});
  table.add_row({"ok", "a\nb\x1b[31m"});
  EXPECT_EQ(table.text(), "n     x\n----  --------\nabc…  1\n日…   2\nok    a b [31m\n");
}

TEST(ProgressLine, FillsItsWidth) {
  const std::string half = progress_line("reading", 120, 240, seconds(3), 60);
  EXPECT_EQ(half.size(), 60U);
  EXPECT_NE(half.find(" 50% 120/240 3.00 s"), std::string::npos);
  EXPECT_EQ(progress_line("x", 9, 3, seconds(0), 40).find("300%"), std::string::npos);
  EXPECT_NE(progress_line("x", 0, 0, seconds(0), 40).find("100%"), std::string::npos);
  EXPECT_EQ(progress_line("a long title", 1, 2, seconds(1), 10), "a long title  50% 1/2 1.00 s");
}

TEST(Progress, RedrawsTenTimesASecondAndCleansUp) {
  FakeClock clock;
  std::vector<std::string> drawn;
  {
    Progress progress(clock, "work", 100,
                      [&drawn](std::string_view text) { drawn.emplace_back(text); });
    for (std::uint64_t i = 1; i <= 100; ++i) {
      clock.advance(milliseconds(10));
      progress.update(i);
    }
  }
  ASSERT_EQ(drawn.size(), 12U);
  EXPECT_NE(drawn[10].find("100% 100/100"), std::string::npos);
  EXPECT_EQ(drawn.back(), "\r\x1b[K");
}

TEST(Progress, IsSilentWithoutASink) {
  FakeClock clock;
  Progress progress(clock, "work", 2, {});
  testing::internal::CaptureStderr();
  progress.update(1);
  progress.finish();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace arete::report
