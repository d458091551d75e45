// `arete bench` and `arete backends check` through the program: the contract, rows that cannot run,
// engines that break on purpose.
// SPDX-License-Identifier: Apache-2.0
#include "program_run.hpp"

namespace arete::e2e {
namespace {

using document::Kind;

TEST_F(ProgramTest, BenchGivesARowForEachEngineAndNumberOfThreads) {
  const auto outcome = run_json({"bench", "mean.onnx", "--engine", "reference,reference",
                                 "--rounds", "3", "--threads", "1,2", "--plot", "times.svg"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  ASSERT_EQ(outcome.lines.size(), 1U);
  const auto rows = outcome.lines[0].find("rows")->items();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(keys_of(rows[0]),
            "engine precision threads cpu_ms_p50 cpu_ms_p10 cpu_ms_p90 wall_ms_p50 wall_ms_p10 "
            "wall_ms_p90 ratio peak_rss_bytes agreement max_difference load_ms first_run_ms runs "
            "format converted options error");
  EXPECT_EQ(rows[0].find("engine")->string(), "reference");
  EXPECT_GT(rows[0].find("cpu_ms_p50")->number(), 0);
  EXPECT_LE(rows[0].find("wall_ms_p10")->number(), rows[0].find("wall_ms_p90")->number());
  EXPECT_EQ(rows[0].find("agreement")->number(), 1);
  EXPECT_GT(rows[0].find("peak_rss_bytes")->integer(), 1 << 20);
  EXPECT_EQ(rows[1].find("threads")->integer(), 2);
  EXPECT_EQ(rows[1].find("error")->find("code")->string(), "unsupported");
  EXPECT_TRUE(rows[1].find("cpu_ms_p50")->is_null());
  const auto plot = files_.read(folder_ / "times.svg");
  ASSERT_TRUE(plot.has_value());
  EXPECT_NE(as_text(*plot).find("reference 1 thread"), std::string::npos);
}

TEST_F(ProgramTest, BenchSaysWhichShapesItAssumedAndTakesOthers) {
  const auto assumed = run_json({"bench", "batch.onnx", "--engine", "reference", "--rounds", "1"});
  ASSERT_EQ(assumed.exit_code, 0) << assumed.output;
  EXPECT_EQ(assumed.lines[0].find("assumed_shapes")->items()[0].string(), "x");
  const auto stated = run_json(
      {"bench", "batch.onnx", "--engine", "reference", "--rounds", "1", "--shape", "x=2x3x4"});
  EXPECT_EQ(stated.lines[0].find("assumed_shapes")->size(), 0U);
}

TEST_F(ProgramTest, BenchRefusesWhatItCannotMeasure) {
  EXPECT_EQ(
      error_of(run_json({"bench", "mean.onnx", "--engine", "refernce"})).find("code")->string(),
      "not_found");
  EXPECT_EQ(error_of(run_json({"bench", "mean.onnx", "--plot", "x.gif"})).find("code")->string(),
            "invalid");
  EXPECT_EQ(
      error_of(run_json({"bench", "mean.onnx", "--option", "threads=1"})).find("where")->string(),
      "--option");
  EXPECT_EQ(run_json({"bench", "mean.onnx", "--threads", "0"}).exit_code, 2);
  // None of the rows ran: the table says why, and the exit code that it failed.
  const auto none = run_json({"bench", "mean.onnx", "--engine", "reference", "--rounds", "1",
                              "--option", "reference.speed=high"});
  EXPECT_EQ(none.exit_code, 1);
  const auto& error = *none.lines[0].find("rows")->items()[0].find("error");
  EXPECT_NE(error.find("message")->string().find("'speed'"), std::string::npos);
}

TEST_F(ProgramTest, CheckRunsEveryEngineAndTheReferenceAgreesWithItself) {
  const auto outcome = run_json({"backends", "check"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  bool has_reference = false;
  for (const document::Node& line : outcome.lines) {
    EXPECT_EQ(keys_of(line),
              "schema engine status stage message format load_ms first_run_ms peak_rss_bytes "
              "agreement max_difference");
    if (line.find("engine")->string() == "reference") {
      has_reference = true;
      EXPECT_EQ(line.find("status")->string(), "ok");
      EXPECT_EQ(line.find("agreement")->number(), 1);
    }
  }
  EXPECT_TRUE(has_reference);
}

TEST_F(ProgramTest, CheckFindsAModelThatLoadsAndFailsAtItsFirstRun) {
  const auto stage_with = [this](const std::string& fault) {
    const auto outcome =
        run_json({"backends", "check", "--engine", "fault", "--option", "fault." + fault});
    EXPECT_EQ(outcome.exit_code, 1) << outcome.output << outcome.errors;
    const document::Node* const status = outcome.lines.back().find("status");
    const document::Node* const stage = outcome.lines.back().find("stage");
    if (status == nullptr || stage == nullptr) {
      ADD_FAILURE() << outcome.output;
      return std::string();
    }
    EXPECT_EQ(status->string(), "failed") << outcome.output;
    return stage->string();
  };
  EXPECT_EQ(stage_with("fail=run:1"), "run");
  EXPECT_EQ(stage_with("fail=run:2"), "run");
  EXPECT_EQ(stage_with("wrong_shape=output"), "run");
  EXPECT_EQ(stage_with("fail=load"), "load");
}

}  // namespace
}  // namespace arete::e2e
