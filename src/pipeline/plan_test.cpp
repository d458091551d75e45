// Files of pipelines that must be refused, with the line that is wrong; and how the others are
// dealt out to threads.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/test_graph.hpp"

namespace arete::pipeline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kHead = R"(pipeline: 1
sources:
  cam: {kind: test, width: 4, height: 4, frames: 3}
models:
  m: m.picture
elements:
)";

std::string refused(const std::string& elements) {
  GraphBench bench;
  return bench.why_not(kHead + elements);
}

TEST(GraphFile, AnUnknownElementTypeIsNamedWithItsLineAndASuggestion) {
  EXPECT_THAT(refused("  a: {type: trakc}\n"),
              AllOf(HasSubstr("no element type 'trakc'"), HasSubstr("did you mean 'track'"),
                    HasSubstr("p.yaml:7")));
}

TEST(GraphFile, AnUnknownInputIsNamed) {
  EXPECT_THAT(refused("  a: {type: infer, model: m, input: can}\n"),
              AllOf(HasSubstr("'can' is neither"), HasSubstr("'cam'"), HasSubstr("p.yaml:7")));
}

TEST(GraphFile, AnUnknownModelIsNamed) {
  EXPECT_THAT(refused("  a: {type: infer, model: n}\n"),
              AllOf(HasSubstr("no model 'n'"), HasSubstr("p.yaml:7")));
}

TEST(GraphFile, TypesMustFit) {
  EXPECT_THAT(
      refused("  a: {type: track, input: cam}\n"),
      AllOf(HasSubstr("takes result"), HasSubstr("'cam' gives frame"), HasSubstr("p.yaml:7")));
}

TEST(GraphFile, ACircleIsShown) {
  EXPECT_THAT(refused("  a: {type: infer, model: m, input: c}\n"
                      "  b: {type: track, input: a}\n"
                      "  c: {type: track, input: b}\n"),
              AllOf(HasSubstr("circle"), HasSubstr("a <- c <- b <- a"), HasSubstr("p.yaml:7")));
}

TEST(GraphFile, AnElementFedByItselfIsACircle) {
  EXPECT_THAT(refused("  a: {type: infer, model: m, input: a}\n"), HasSubstr("a <- a"));
}

TEST(GraphFile, NoPacketComesTwice) {
  EXPECT_THAT(refused("  a: {type: infer, model: m, input: cam}\n"
                      "  b: {type: infer, model: m, input: cam}\n"
                      "  c: {type: track, input: [a, b]}\n"),
              AllOf(HasSubstr("each packet of 'cam' twice"), HasSubstr("p.yaml:9")));
}

TEST(GraphFile, AKeyThatNobodyKnowsIsRefused) {
  EXPECT_THAT(refused("  a: {type: infer, model: m, marginn: 2}\n"),
              AllOf(HasSubstr("marginn"), HasSubstr("p.yaml:7")));
}

TEST(GraphFile, RegionsNeedAnElementThatFindsSome) {
  EXPECT_THAT(refused("  a: {type: infer, model: m, regions: true}\n"),
              AllOf(HasSubstr("takes result"), HasSubstr("'cam' gives frame")));
  EXPECT_THAT(refused("  a: {type: infer, model: m, margin: 0.5}\n"),
              HasSubstr("'margin' needs 'regions'"));
}

TEST(GraphFile, ResultsAreCalledAfterTheModelThatMadeThem) {
  EXPECT_THAT(refused("  a: {type: infer, model: m}\n"
                      "  b: {type: track}\n"
                      "  c: {type: threshold, of: b, min_score: 0.5}\n"),
              AllOf(HasSubstr("'b' is no infer element"), HasSubstr("made them: a"),
                    HasSubstr("p.yaml:9")));
  EXPECT_EQ(refused("  a: {type: infer, model: m}\n"
                    "  b: {type: track}\n"
                    "  c: {type: threshold, of: a, min_score: 0.5}\n"),
            "");
  EXPECT_THAT(refused("  a: {type: infer, model: m}\n"
                      "  b: {type: infer, model: m, regions: nobody}\n"),
              AllOf(HasSubstr("nobody"), HasSubstr("p.yaml:8")));
}

TEST(GraphFile, SoundIsNoPicture) {
  GraphBench bench;
  EXPECT_THAT(bench.why_not(R"(pipeline: 1
sources:
  mic: {kind: wav, url: a.wav}
models: {m: m.picture}
elements:
  a: {type: infer, model: m}
)"),
              AllOf(HasSubstr("works on frame packets"), HasSubstr("'mic' gives audio"),
                    HasSubstr("p.yaml:6")));
}

TEST(GraphFile, AMissingModelAndAMissingSourceAreNamed) {
  GraphBench bench;
  EXPECT_THAT(bench.why_not(R"(pipeline: 1
sources: {cam: {kind: test, width: 4, height: 4}}
models:
  m: m.missing
elements: {a: {type: infer, model: m}}
)"),
              AllOf(HasSubstr("model 'm'"), HasSubstr("m.missing"), HasSubstr("p.yaml:4")));
  EXPECT_THAT(bench.why_not(R"(pipeline: 1
sources:
  mic: {kind: wav, url: nowhere.wav}
models: {m: m.sound}
elements: {a: {type: infer, model: m}}
)"),
              AllOf(HasSubstr("source 'mic'"), HasSubstr("nowhere.wav"), HasSubstr("p.yaml:3")));
}

TEST(GraphFile, BadNamesVersionsAndRangesAreRefused) {
  GraphBench bench;
  EXPECT_THAT(bench.why_not("pipeline: 2\n"), HasSubstr("pipeline"));
  EXPECT_THAT(bench.why_not("pipeline: 1\nsources: {}\n"), HasSubstr("sources"));
  EXPECT_THAT(refused("  a/b: {type: infer, model: m}\n"), HasSubstr("a/b"));
  EXPECT_THAT(refused("  cam: {type: infer, model: m}\n"), HasSubstr("a source and of an element"));
  EXPECT_THAT(refused("  a: {type: infer, model: m, queue: {size: 0}}\n"), HasSubstr("size"));
  EXPECT_THAT(refused("  a: {type: infer, model: m, queue: {policy: best}}\n"),
              HasSubstr("newest"));
  EXPECT_THAT(refused("  a: {type: infer, model: m, input: [cam, cam]}\n"), HasSubstr("twice"));
  EXPECT_THAT(
      bench.why_not("pipeline: 1\nsources: {cam: {kind: test}}\nelements: {a: {type: draw}}"),
      HasSubstr("width and height"));
}

Result<Plan> plan_of(GraphBench& bench, const std::string& yaml, GraphSpec& graph) {
  ARETE_TRY_ASSIGN(graph, bench.parse(yaml));
  ARETE_TRY_ASSIGN(Plan plan, order_elements(graph));
  const auto types = [](const std::string&) -> Result<ModelTypes> {
    return ModelTypes{PacketType::kFrame, set_of(PacketType::kResult)};
  };
  ARETE_TRY(complete_plan(graph, types, false, plan));
  return plan;
}

TEST(GraphPlan, LightElementsShareTheThreadOfWhatFeedsThem) {
  GraphBench bench;
  GraphSpec graph;
  const auto plan = plan_of(bench, std::string(kHead) + R"(  gate: {type: motion}
  find: {type: infer, model: m}
  track: {type: track}
  keep: {type: threshold, min_score: 0.5, queue: {size: 7, policy: oldest}}
)",
                            graph);
  ASSERT_TRUE(plan) << plan.error().message();
  ASSERT_EQ(plan->stages.size(), 2U);
  EXPECT_FALSE(plan->elements[0].stage);  // on the source's thread
  EXPECT_EQ(plan->elements[1].stage, 0U);
  EXPECT_EQ(plan->elements[2].stage, 0U);
  EXPECT_EQ(plan->elements[3].stage, 1U);
  EXPECT_EQ(plan->stages[0].policy, QueuePolicy::kBlock);
  EXPECT_EQ(plan->stages[1].policy, QueuePolicy::kOldest);
  EXPECT_EQ(plan->stages[1].capacity, 7U);
}

TEST(GraphPlan, ElementsMayStandInAnyOrder) {
  GraphBench bench;
  GraphSpec graph;
  const auto plan = plan_of(bench, std::string(kHead) + R"(  track: {type: track, input: find}
  find: {type: infer, model: m, input: cam}
)",
                            graph);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->elements[0].spec, 1U);
  EXPECT_EQ(plan->elements[1].spec, 0U);
}

TEST(GraphPlan, BehindALiveOrPacedSourceTheNewestIsWanted) {
  GraphBench bench;
  GraphSpec graph;
  const auto plan = plan_of(bench, R"(pipeline: 1
sources: {cam: {kind: test, width: 4, height: 4, fps: 30, pace: realtime}}
models: {m: m.picture}
elements: {find: {type: infer, model: m}}
)",
                            graph);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->stages[0].policy, QueuePolicy::kNewest);
  EXPECT_EQ(plan->stages[0].capacity, 1U);
}

}  // namespace
}  // namespace arete::pipeline
