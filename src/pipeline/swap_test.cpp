// Models that are replaced while a pipeline runs.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "pipeline/test_graph.hpp"

namespace arete::pipeline {
namespace {

using ::testing::HasSubstr;

constexpr const char* kEndless = R"(pipeline: 1
sources: {cam: {kind: test, width: 4, height: 4, fps: 500, pace: realtime}}
models: {m: m.picture}
elements: {find: {type: infer, model: m, queue: {policy: block}}}
)";

ModelSettings file_named(const std::string& file) {
  ModelSettings settings;
  settings.name = "m";
  settings.file = file;
  return settings;
}

/// Runs `yaml` until `change` has returned; its outputs are in the bench then.
Result<PipelineReport> run_while(GraphBench& bench, const std::function<void(Pipeline&)>& change) {
  ARETE_TRY(bench.create(kEndless));
  auto running = std::async(std::launch::async, [&] { return bench.pipeline->run(); });
  change(*bench.pipeline);
  bench.pipeline->stop();
  return running.get();
}

TEST(SwapModel, NoFrameIsLostAndEachIsOfOneModel) {
  GraphBench bench;
  constexpr int kSwaps = 20;
  const auto report = run_while(bench, [](Pipeline& pipeline) {
    for (int i = 0; i < kSwaps; ++i) {
      const auto swapped = pipeline.swap_model(file_named(i % 2 == 0 ? "m.loud" : "m.picture"));
      ASSERT_TRUE(swapped) << swapped.error().message();
    }
  });
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(static_cast<std::int64_t>(bench.outputs.size()), report->sources[0].packets);
  for (std::size_t i = 0; i < bench.outputs.size(); ++i) {
    EXPECT_EQ(bench.outputs[i].stamp.sequence, static_cast<std::int64_t>(i));
  }
}

TEST(SwapModel, TheNewOneAnswersAfterwards) {
  GraphBench bench;
  float before = 0;
  ASSERT_TRUE(bench.run(R"(pipeline: 1
sources: {cam: {kind: test, width: 4, height: 4, fps: 10, frames: 1}}
models: {m: m.picture}
elements: {find: {type: infer, model: m}}
)"));
  before = bench.outputs.at(0).result_of("find")->findings.classes[0].score;
  ASSERT_TRUE(bench.create(R"(pipeline: 1
sources: {cam: {kind: test, width: 4, height: 4, fps: 10, frames: 1}}
models: {m: m.picture}
elements: {find: {type: infer, model: m}}
)"));
  bench.outputs.clear();
  ASSERT_TRUE(bench.pipeline->swap_model(file_named("m.loud")));
  ASSERT_TRUE(bench.pipeline->run());
  EXPECT_FLOAT_EQ(bench.outputs.at(0).result_of("find")->findings.classes[0].score, 2 * before);
}

TEST(SwapModel, ComparesOnTheLiveStreamFirst) {
  GraphBench bench;
  const auto report = run_while(bench, [](Pipeline& pipeline) {
    const auto alike =
        pipeline.swap_model(file_named("m.loud"), {.compare = 5, .min_agreement = 0.9});
    ASSERT_TRUE(alike) << alike.error().message();
    EXPECT_EQ(alike->compared, 5);
    EXPECT_EQ(alike->agreement, 1);  // the same best class, if louder
    EXPECT_GT(alike->load, Nanoseconds(0));
  });
  ASSERT_TRUE(report) << report.error().message();
}

TEST(SwapModel, WhatDoesNotAgreeStaysOut) {
  GraphBench bench;
  const auto report = run_while(bench, [](Pipeline& pipeline) {
    const auto refused =
        pipeline.swap_model(file_named("m.loud"), {.compare = 3, .min_agreement = 1.1});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kGate);
    EXPECT_THAT(refused.error().message(), HasSubstr("the old one stays"));
  });
  ASSERT_TRUE(report) << report.error().message();
}

TEST(SwapModel, AnotherKindOfModelAMissingFileOrNameIsRefused) {
  GraphBench bench;
  ASSERT_TRUE(bench.create(kEndless));
  EXPECT_THAT(bench.pipeline->swap_model(file_named("m.missing")).error().message(),
              HasSubstr("m.missing"));
  EXPECT_THAT(bench.pipeline->swap_model(file_named("m.sound")).error().message(),
              HasSubstr("gives other things"));
  ModelSettings other = file_named("m.loud");
  other.name = "nobody";
  EXPECT_THAT(bench.pipeline->swap_model(other).error().message(), HasSubstr("no model 'nobody'"));
}

TEST(SwapModel, NobodyWaitsForPacketsThatDoNotCome) {
  GraphBench bench;
  ASSERT_TRUE(bench.create(kEndless));
  const auto late = bench.pipeline->swap_model(
      file_named("m.loud"), {.compare = 1, .patience = std::chrono::milliseconds(1)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::kTimeout);
}

TEST(Agreement, IsOfBoxesClassesAndRawValues) {
  ModelOutput a;
  ModelOutput b;
  EXPECT_EQ(agreement_of(a, b), 1);
  a.findings.classes = {{"cat", 3, 0.9F}};
  EXPECT_EQ(agreement_of(a, b), 0);
  b.findings.classes = {{"cat", 3, 0.2F}};
  EXPECT_EQ(agreement_of(a, b), 1);
  ModelOutput c;
  ModelOutput d;
  tensor::Detection box;
  box.index = 1;
  box.box = {0, 0, 10, 10};
  c.findings.detections = {box, box};
  d.findings.detections = {box};
  EXPECT_DOUBLE_EQ(agreement_of(c, d), 2.0 / 3);
  d.findings.detections[0].index = 2;
  EXPECT_DOUBLE_EQ(agreement_of(c, d), 0);
}

}  // namespace
}  // namespace arete::pipeline
