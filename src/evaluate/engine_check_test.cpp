// SPDX-License-Identifier: Apache-2.0
#include "evaluate/engine_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluate/fake_rows.hpp"
#include "evaluate/tiny_models.hpp"

namespace arete::evaluate {
namespace {

using testing::HasSubstr;

runtime::Registry engines_named(const std::vector<std::string>& names) {
  runtime::Registry registry =
      runtime::Registry::discover({.path = {"/nowhere"}, .expected = {"absent"}, .only = {}});
  for (const std::string& name : names) {
    registry.add(std::make_shared<ListedBackend>(name, std::vector<std::string>{"onnx"}));
  }
  return registry;
}

/// With a model given, so that the fake "reference" is asked for the answers.
EngineCheck check_of(FakeRows& rows, const std::string& engine) {
  rows.engines["reference"] = {};
  CheckRequest request;
  request.model = "m.onnx";
  request.engines = {engine};
  const auto checks = check_engines(engines_named({engine}), request, rows.factory());
  EXPECT_TRUE(checks.has_value());
  EXPECT_EQ(checks->size(), 1U);
  return checks->front();
}

TEST(EngineCheck, AnEngineThatAgreesIsOk) {
  FakeRows rows;
  rows.engines["a"] = {};
  const EngineCheck check = check_of(rows, "a");
  EXPECT_EQ(check.status, CheckStatus::kOk);
  EXPECT_EQ(check.stage, "");
  EXPECT_DOUBLE_EQ(check.agreement->agreement, 1);
}

TEST(EngineCheck, WrongAnswersAreAFailure) {
  FakeRows rows;
  rows.engines["a"].answer = 1.5F;
  const EngineCheck check = check_of(rows, "a");
  EXPECT_EQ(check.status, CheckStatus::kFailed);
  EXPECT_EQ(check.stage, "compare");
}

TEST(EngineCheck, ToRefuseAModelIsAnAnswerToFailAtTheFirstRunIsNot) {
  FakeRows rows;
  rows.engines["a"].load_error = Error(ErrorCode::kUnsupported, "no such operator");
  EXPECT_EQ(check_of(rows, "a").status, CheckStatus::kUnsupported);
  rows.engines["a"].failed_stage = "run";
  EXPECT_EQ(check_of(rows, "a").status, CheckStatus::kFailed);
  EXPECT_EQ(check_of(rows, "a").stage, "run");
  rows.engines["a"] = {};
  rows.engines["a"].failing_round = 0;  // the run into bound memory
  EXPECT_EQ(check_of(rows, "a").stage, "run");
}

TEST(EngineCheck, WithoutAReferenceItSaysThatNothingWasCompared) {
  FakeRows rows;
  rows.engines["a"] = {};
  rows.engines["reference"].load_error = Error(ErrorCode::kUnsupported, "unknown operator");
  CheckRequest request;
  request.model = "m.onnx";
  request.engines = {"a"};
  const auto checks = check_engines(engines_named({"a"}), request, rows.factory()).value();
  EXPECT_EQ(checks[0].status, CheckStatus::kOk);
  EXPECT_THAT(checks[0].message, HasSubstr("not compared: unknown operator"));
}

TEST(EngineCheck, AbsentAndUnknownEnginesAreToldApart) {
  FakeRows rows;
  CheckRequest request;
  const auto checks = check_engines(engines_named({}), request, rows.factory()).value();
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].status, CheckStatus::kUnavailable);
  request.engines = {"absend"};
  EXPECT_EQ(check_engines(engines_named({}), request, rows.factory()).error().code(),
            ErrorCode::kNotFound);
}

TEST(EngineCheck, AnEngineOfAnotherFormatIsNotBlamedForTheTinyModel) {
  FakeRows rows;
  runtime::Registry registry;
  registry.add(std::make_shared<ListedBackend>("odd", std::vector<std::string>{"odd"}));
  const auto checks = check_engines(registry, {}, rows.factory()).value();
  EXPECT_EQ(checks[0].status, CheckStatus::kUnsupported);
  EXPECT_THAT(checks[0].message, HasSubstr("no tiny model of its format (odd)"));
  EXPECT_TRUE(rows.loads.empty());
}

TEST(EngineCheck, BoundsDependOnThePrecision) {
  EXPECT_EQ(largest_difference("f32"), 1e-3);
  EXPECT_EQ(largest_difference("f16"), 5e-2);
  EXPECT_FALSE(largest_difference("i8"));
}

TEST(EngineCheck, AQuantizedModelIsComparedButNotJudged) {
  FakeRows rows;
  rows.engines["a"].answer = 1.5F;
  rows.engines["a"].precision = "i8";
  const EngineCheck check = check_of(rows, "a");
  EXPECT_EQ(check.status, CheckStatus::kOk);
  EXPECT_DOUBLE_EQ(check.agreement->difference, 0.5);
  EXPECT_THAT(check.message, HasSubstr("not judged"));
}

TEST(TinyModels, TheTwoFormatsAreOneModel) {
  const auto models = tiny_models().value();
  ASSERT_EQ(models.size(), 3U);
  EXPECT_EQ(models[0].format, "onnx");
  EXPECT_EQ(models[1].format, "tflite");
  EXPECT_EQ(as_text(models[1].bytes.view().subspan(4, 4)), "TFL3");
}

}  // namespace
}  // namespace arete::evaluate
