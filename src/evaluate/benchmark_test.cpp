// SPDX-License-Identifier: Apache-2.0
#include "evaluate/benchmark.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/reference_backend.hpp"
#include "evaluate/fake_rows.hpp"

namespace arete::evaluate {
namespace {

using testing::ElementsAre;

RowPlan plan(const std::string& engine) { return {engine, 1, {}, std::nullopt}; }

BenchReport run(FakeRows& rows, const std::vector<RowPlan>& plans, int rounds) {
  BenchOptions options;
  options.model = "m.onnx";
  options.rounds = rounds;
  return run_benchmark(plans, options, rows.factory());
}

TEST(Benchmark, RowsTakeTurnsAndAnotherLeadsEachTime) {
  FakeRows rows;
  rows.engines = {{"a", {{20}}}, {"b", {{10}}}};
  const BenchReport report = run(rows, {plan("a"), plan("b")}, 2);
  EXPECT_THAT(rows.log, ElementsAre("a 0+1", "b 0+1", "a 0+1", "b 1+2", "b 1+2", "a 0+1"));
  EXPECT_EQ(report.rows[0].runs, 1);
  EXPECT_EQ(report.rows[1].runs, 2);
}

TEST(Benchmark, FiguresAreOfTheRoundsARun) {
  FakeRows rows;
  rows.engines = {{"a", {{20, 30, 10, 20}}}, {"b", {{40}}}};
  const BenchReport report = run(rows, {plan("a"), plan("b")}, 3);
  const BenchRow& a = report.rows[0];
  EXPECT_DOUBLE_EQ(a.wall_ms.p10, 10);
  EXPECT_DOUBLE_EQ(a.wall_ms.p50, 20);
  EXPECT_DOUBLE_EQ(a.wall_ms.p90, 30);
  EXPECT_DOUBLE_EQ(a.cpu_ms.p50, 40);
  EXPECT_DOUBLE_EQ(a.ratio, 1);
  EXPECT_DOUBLE_EQ(report.rows[1].ratio, 2);
  EXPECT_EQ(a.peak_rss_bytes, 1000U);
}

TEST(Benchmark, AnswersAreComparedWithTheFirstRowThatRan) {
  FakeRows rows;
  rows.engines = {{"a", {}}, {"b", {}}, {"c", {}}};
  rows.engines["a"].load_error = Error(ErrorCode::kUnsupported, "no");
  rows.engines["b"].answer = 4;
  rows.engines["c"].answer = 3;
  const BenchReport report = run(rows, {plan("a"), plan("b"), plan("c")}, 1);
  EXPECT_EQ(report.rows[0].error->message(), "no");
  EXPECT_FALSE(report.rows[0].agreement);
  EXPECT_DOUBLE_EQ(report.rows[1].agreement->agreement, 1);
  EXPECT_DOUBLE_EQ(report.rows[2].agreement->agreement, 0.75);
  EXPECT_TRUE(report.any_ran());
}

TEST(Benchmark, ARowThatFailsMidwayIsARowWithTheReasonAndTheOthersGoOn) {
  FakeRows rows;
  rows.engines = {{"a", {{20}}}, {"b", {{20}}}};
  rows.engines["a"].failing_round = 2;
  const BenchReport report = run(rows, {plan("a"), plan("b")}, 4);
  EXPECT_EQ(report.rows[0].error->message(), "broke in round 2");
  EXPECT_FALSE(report.rows[1].error);
  EXPECT_DOUBLE_EQ(report.rows[1].ratio, 1);  // it is the first that ran now
}

TEST(Benchmark, NothingThatRunsIsToldApart) {
  FakeRows rows;
  RowPlan absent = plan("a");
  absent.error = Error(ErrorCode::kUnavailable, "not installed");
  const BenchReport report = run(rows, {absent}, 2);
  EXPECT_FALSE(report.any_ran());
  EXPECT_TRUE(rows.loads.empty());
}

TEST(Spread, NearestRank) {
  const Spread spread = spread_of({5, 1, 4, 2, 3, 6, 7, 8, 9, 10});
  EXPECT_DOUBLE_EQ(spread.p10, 1);
  EXPECT_DOUBLE_EQ(spread.p50, 5);
  EXPECT_DOUBLE_EQ(spread.p90, 9);
  EXPECT_DOUBLE_EQ(spread_of({}).p50, 0);
}

runtime::Registry some_engines() {
  runtime::Registry registry =
      runtime::Registry::discover({.path = {"/nowhere"}, .expected = {"absent"}, .only = {}});
  registry.add(std::make_shared<ListedBackend>("litert", std::vector<std::string>{"tflite"},
                                               std::vector<std::string>{"num_threads"}));
  registry.add(std::make_shared<ListedBackend>("heavy", std::vector<std::string>{"onnx"},
                                               std::vector<std::string>{"intra_op_threads"}));
  registry.add(std::make_shared<ListedBackend>("odd", std::vector<std::string>{"odd"}));
  registry.add(convert::reference_backend());
  return registry;
}

std::vector<std::string> names_of(const std::vector<RowPlan>& plans) {
  std::vector<std::string> names;
  for (const RowPlan& row : plans) {
    names.push_back(fmt::format("{} {}{}", row.engine, row.threads, row.error ? " !" : ""));
  }
  return names;
}

TEST(BenchPlan, AllIsWhatReadsTheFileNativeFirstAndWhatIsNotThere) {
  PlanRequest request;
  request.format = "tflite";
  request.threads = {1, 2};
  const auto plans = plan_rows(some_engines(), request).value();
  EXPECT_THAT(names_of(plans),
              ElementsAre("litert 1", "litert 2", "heavy 1", "heavy 2", "absent 1 !"));
  EXPECT_EQ(plans[1].options.at("num_threads"), "2");
  EXPECT_EQ(plans[2].options.at("intra_op_threads"), "1");
  request.format = "onnx";
  EXPECT_THAT(names_of(plan_rows(some_engines(), request).value()),
              ElementsAre("heavy 1", "heavy 2", "litert 1 !", "absent 1 !"));
}

TEST(BenchPlan, NamedEnginesKeepTheirOrderAndOneWithoutThreadsSaysSo) {
  PlanRequest request;
  request.engines = {"reference", "heavy", "reference"};
  request.threads = {1, 2};
  EXPECT_THAT(names_of(plan_rows(some_engines(), request).value()),
              ElementsAre("reference 1", "reference 2 !", "heavy 1", "heavy 2"));
}

TEST(BenchPlan, OptionsGoToTheirEngineAndWinOverThreads) {
  PlanRequest request;
  request.engines = {"heavy"};
  request.options["heavy"] = {{"intra_op_threads", "7"}, {"arena", "off"}};
  const auto plans = plan_rows(some_engines(), request).value();
  EXPECT_EQ(plans[0].options.at("intra_op_threads"), "7");
  EXPECT_EQ(plans[0].options.at("arena"), "off");
  request.options = {{"litert", {{"a", "b"}}}};
  EXPECT_EQ(plan_rows(some_engines(), request).error().code(), ErrorCode::kInvalid);
}

TEST(BenchPlan, AnUnknownEngineIsAnErrorWithASuggestion) {
  PlanRequest request;
  request.engines = {"haevy"};
  const auto plans = plan_rows(some_engines(), request);
  ASSERT_FALSE(plans);
  EXPECT_EQ(plans.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(plans.error().message(), testing::HasSubstr("'heavy'"));
}

}  // namespace
}  // namespace arete::evaluate
