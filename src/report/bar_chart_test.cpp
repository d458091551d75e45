// SPDX-License-Identifier: Apache-2.0
#include "report/bar_chart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace arete::report {
namespace {

using testing::HasSubstr;
using testing::Not;

BarChart two_rows() {
  BarChart chart;
  chart.title = "a < b & \"c\"";
  chart.unit = "ms";
  chart.series = {"CPU"};
  chart.groups = {{"fast", "", {{1, 0.5, 2, "1 ms"}}},
                  {"slow", "", {{4, 4, 4, "4 ms"}}},
                  {"none", "why <not>", {}}};
  return chart;
}

TEST(BarChart, LengthsAreInProportionAndWhiskersSpanTheSpread) {
  const Drawing drawing = draw(two_rows());
  std::vector<DrawnRect> bars;
  for (const DrawnRect& rect : drawing.rects) {
    if (!rect.title.empty()) {
      bars.push_back(rect);
    }
  }
  ASSERT_EQ(bars.size(), 2U);
  EXPECT_NEAR(bars[1].width, 4 * bars[0].width, 1e-9);
  ASSERT_EQ(drawing.lines.size(), 3U);  // one whisker with two ends: the other row has no spread
  EXPECT_NEAR(drawing.lines[0].x1, bars[0].x + bars[0].width / 2, 1e-9);
  EXPECT_NEAR(drawing.lines[0].x2, bars[0].x + bars[0].width * 2, 1e-9);
}

TEST(BarChart, AllPartsLieInsideThePicture) {
  const Drawing drawing = draw(two_rows());
  for (const DrawnRect& rect : drawing.rects) {
    EXPECT_GE(rect.x, 0);
    EXPECT_LE(rect.x + rect.width, drawing.width);
    EXPECT_LE(rect.y + rect.height, drawing.height);
  }
  for (const DrawnText& text : drawing.texts) {
    EXPECT_GE(text.y, 0);
    EXPECT_LE(text.y, drawing.height);
  }
}

TEST(BarChart, NumbersThatAreNotFiniteAreDrawnAsNothing) {
  BarChart chart = two_rows();
  chart.groups[0].bars[0] = {std::numeric_limits<double>::quiet_NaN(), 0, INFINITY, "?"};
  chart.groups[1].bars[0].value = -3;
  for (const DrawnRect& rect : draw(chart).rects) {
    EXPECT_TRUE(std::isfinite(rect.width));
    EXPECT_GE(rect.width, 0);
  }
}

TEST(BarChart, TicksAreRound) {
  EXPECT_DOUBLE_EQ(tick_step(0.9), 0.1);
  EXPECT_DOUBLE_EQ(tick_step(17), 2);
  EXPECT_DOUBLE_EQ(tick_step(40), 5);
  EXPECT_DOUBLE_EQ(tick_step(0), 1);
}

TEST(Svg, TextIsEscaped) {
  const std::string svg = to_svg(draw(two_rows()));
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; &quot;c&quot;"));
  EXPECT_THAT(svg, HasSubstr("why &lt;not&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("<not>")));
  EXPECT_TRUE(svg.starts_with("<svg xmlns="));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

}  // namespace
}  // namespace arete::report
