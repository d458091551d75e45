// What the host does when an engine fails: planned failures of the fault engine around each other.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <future>

#include "backend_suite.hpp"

namespace arete::conformance {
namespace {

using tensor::DType;
using testing::ElementsAre;
using testing::HasSubstr;

class BackendFaults : public BackendSuite {
 protected:
  [[nodiscard]] Result<std::unique_ptr<runtime::Session>> load_failing(const Options& plan) const {
    return load(models().identity(DType::kF32, {"n"}), {}, plan);
  }
};

std::vector<Subject> fault_subjects() {
  std::vector<Subject> made = subjects();
  std::erase_if(made, [](const Subject& it) { return it.inside.empty(); });
  return made;
}

TEST_P(BackendFaults, OutOfMemoryInOneRunIsReportedAndTheNextRunWorks) {
  auto session = load_failing({{"fail", "run:2:no_space"}});
  ASSERT_TRUE(session.has_value()) << session.error().message();
  EXPECT_TRUE(run_floats(**session, {1}).has_value());
  const auto failed = run_floats(**session, {1});
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code(), ErrorCode::kNoSpace);
  EXPECT_THAT(failed.error().message(), HasSubstr("fault: planned failure of run"));
  EXPECT_THAT(run_floats(**session, {5}).value().front().data<float>(), ElementsAre(5));
}

TEST_P(BackendFaults, OutOfMemoryWhileLoadingLeavesNoSession) {
  const auto session = load_failing({{"fail", "load:1:no_space"}});
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().code(), ErrorCode::kNoSpace);
}

TEST_P(BackendFaults, FailuresWhileBindingAndReadingAreReported) {
  auto binding = load_failing({{"fail", "bind:1:io"}});
  ASSERT_TRUE(binding.has_value()) << binding.error().message();
  EXPECT_EQ(run_floats(**binding, {1}).error().code(), ErrorCode::kIo);
  EXPECT_TRUE(run_floats(**binding, {1}).has_value()) << "the failed binding is made again";

  auto reading = load_failing({{"fail", "output:1:corrupt"}});
  ASSERT_TRUE(reading.has_value()) << reading.error().message();
  EXPECT_EQ(run_floats(**reading, {1}).error().code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(run_floats(**reading, {1}).has_value());
}

TEST_P(BackendFaults, AnAsynchronousRunFailsThroughItsCallback) {
  auto session = load_failing({{"fail", "run:every:unavailable"}});
  ASSERT_TRUE(session.has_value()) << session.error().message();
  const auto input = tensor::Tensor::of<float>({1}, {1.0F});
  const std::array views{tensor::TensorView(input)};
  std::promise<Result<runtime::Session::Outputs>> promise;
  ASSERT_TRUE((*session)
                  ->run_async(views, [&](auto outcome) { promise.set_value(std::move(outcome)); })
                  .has_value());
  EXPECT_EQ(promise.get_future().get().error().code(), ErrorCode::kUnavailable);
}

TEST_P(BackendFaults, AStalledRunEndsAtItsDeadline) {
  auto session = load_failing({{"stall", "run:1"}});
  ASSERT_TRUE(session.has_value()) << session.error().message();
  const Nanoseconds soon = SystemClock().monotonic() + std::chrono::milliseconds(20);
  EXPECT_EQ(run_floats(**session, {1}, {soon}).error().code(), ErrorCode::kTimeout);
  EXPECT_TRUE(run_floats(**session, {1}).has_value());
}

TEST_P(BackendFaults, AResultOfAnotherRankIsSeenAsItIs) {
  auto session = load_failing({{"wrong_shape", "output:1"}});
  ASSERT_TRUE(session.has_value()) << session.error().message();
  EXPECT_EQ(run_floats(**session, {1, 2}).value().front().shape(), (tensor::Shape{1, 2}));
  EXPECT_EQ(run_floats(**session, {1, 2}).value().front().shape(), tensor::Shape{2});
}

TEST_P(BackendFaults, APlanThatMakesNoSenseIsRefused) {
  for (const auto& [option, plan] :
       Options{{"fail", "dance:1:io"}, {"stall", "output:1"}, {"wrong_shape", "output:zero"}}) {
    const auto session = load_failing({{option, plan}});
    ASSERT_FALSE(session.has_value()) << plan;
    EXPECT_EQ(session.error().code(), ErrorCode::kInvalid);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, BackendFaults, testing::ValuesIn(fault_subjects()), label_of);

TEST(FaultEngine, SaysThatTheEngineInsideIsMissing) {
  const auto fault = registry().find("fault");
  ASSERT_TRUE(fault.has_value()) << fault.error().message();
  const auto model = in_memory("null-model v1\ninput x f32 [1]\noutput y f32 [1] copy x\n");
  const auto session = (*fault)->load(model, {"", {{"engine", "warp"}}});
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(session.error().message(), HasSubstr("'warp'"));
  EXPECT_EQ((*fault)->load(model, {"", {{"engine", "../evil"}}}).error().code(),
            ErrorCode::kInvalid);
}

}  // namespace
}  // namespace arete::conformance
