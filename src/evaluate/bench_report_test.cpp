// SPDX-License-Identifier: Apache-2.0
#include "evaluate/bench_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/picture_codec.hpp"

namespace arete::evaluate {
namespace {

using testing::HasSubstr;

BenchReport sample() {
  BenchReport report;
  report.model = "models/net.onnx";
  report.rounds = 5;
  report.rows.resize(2);
  BenchRow& good = report.rows[0];
  good.plan = {"fast", 2, {{"threads", "2"}}, std::nullopt};
  good.precision = "f32";
  good.format = "onnx";
  good.cpu_ms = {1, 2, 3};
  good.wall_ms = {0.5, 1, 1.5};
  good.peak_rss_bytes = 12'000'000;
  good.agreement = Agreement{1, 0};
  good.runs = 4;
  report.rows[1].plan = {"broken", 1, {}, std::nullopt};
  report.rows[1].error = Error(ErrorCode::kInternal, "it <broke>\nsecond line");
  return report;
}

TEST(BenchReport, TheContractOfARow) {
  const document::Node node = to_node(sample());
  EXPECT_EQ(node.find("schema")->integer(), 1);
  const auto rows = node.find("rows")->items();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].find("engine")->string(), "fast");
  EXPECT_EQ(rows[0].find("precision")->string(), "f32");
  EXPECT_EQ(rows[0].find("threads")->integer(), 2);
  EXPECT_DOUBLE_EQ(rows[0].find("cpu_ms_p50")->number(), 2);
  EXPECT_DOUBLE_EQ(rows[0].find("wall_ms_p50")->number(), 1);
  EXPECT_DOUBLE_EQ(rows[0].find("ratio")->number(), 1);
  EXPECT_EQ(rows[0].find("peak_rss_bytes")->integer(), 12'000'000);
  EXPECT_DOUBLE_EQ(rows[0].find("agreement")->number(), 1);
  EXPECT_TRUE(rows[0].find("error")->is_null());
  EXPECT_EQ(rows[1].find("error")->find("code")->string(), "internal");
  for (const char* key : {"cpu_ms_p50", "wall_ms_p50", "ratio", "peak_rss_bytes", "agreement"}) {
    EXPECT_TRUE(rows[1].find(key)->is_null()) << key;
  }
}

TEST(BenchReport, TheTableHasRowsAndReasons) {
  const std::string text = to_text(sample());
  EXPECT_THAT(text, HasSubstr("fast"));
  EXPECT_THAT(text, HasSubstr("1.00-3.00"));
  EXPECT_THAT(text, HasSubstr("12.0 MB"));
  EXPECT_THAT(text, HasSubstr("broken, threads 1: internal: it <broke>"));
}

TEST(BenchReport, ThePlotIsWhatTheEndingSays) {
  const report::Drawing drawing = report::draw(chart_of(sample()));
  const auto svg = plot_file(drawing, "a/b.svg");
  ASSERT_TRUE(svg.has_value());
  EXPECT_THAT(std::string(as_text(*svg)), HasSubstr("it &lt;broke&gt;"));
  const auto png = plot_file(drawing, "b.png");
  ASSERT_TRUE(png.has_value());
  const auto picture = media::decode_picture(*png);
  ASSERT_TRUE(picture.has_value());
  EXPECT_GT(picture->width, 600);
  // The bar of CPU time is blue and the picture's corner white.
  bool has_blue = false;
  for (int y = 0; y < picture->height; ++y) {
    for (int x = 0; x < picture->width; ++x) {
      const std::uint8_t* const rgb = picture->row(y) + 3 * static_cast<std::ptrdiff_t>(x);
      has_blue |= rgb[0] == 0x1f && rgb[1] == 0x5f && rgb[2] == 0xa8;
    }
  }
  EXPECT_TRUE(has_blue);
  EXPECT_EQ(picture->row(0)[0], 255);
  EXPECT_EQ(plot_file(drawing, "b.gif").error().code(), ErrorCode::kInvalid);
}

}  // namespace
}  // namespace arete::evaluate
