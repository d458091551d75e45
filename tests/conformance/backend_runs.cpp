// Runs in time: asynchronous, with a deadline, cancelled, on several threads.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <future>
#include <thread>

#include "backend_suite.hpp"

namespace arete::conformance {
namespace {

using runtime::RunOptions;
using runtime::Session;
using tensor::DType;
using tensor::Tensor;
using tensor::TensorView;
using testing::ElementsAre;

using Outcome = Result<Session::Outputs>;

class BackendRuns : public BackendSuite {
 protected:
  const Tensor one_ = Tensor::of<float>({1}, {1.0F});
  const std::array<TensorView, 1> views_{TensorView(one_)};
};

/// Starts a run whose outcome can be waited for.
Result<std::future<Outcome>> start(Session& session, std::span<const TensorView> views,
                                   const RunOptions& options = {}) {
  auto promise = std::make_shared<std::promise<Outcome>>();
  auto future = promise->get_future();
  ARETE_TRY(session.run_async(
      views, [promise](Outcome outcome) { promise->set_value(std::move(outcome)); }, options));
  return future;
}

Nanoseconds from_now(std::int64_t milliseconds) {
  return SystemClock().monotonic() + std::chrono::milliseconds(milliseconds);
}

ErrorCode code_of(const Outcome& outcome) {
  return outcome.has_value() ? ErrorCode::kInternal : outcome.error().code();
}

TEST_P(BackendRuns, AsynchronousRunDeliversItsResult) {
  auto session = load(models().identity(DType::kF32, {"1"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  for (int round = 0; round < 3; ++round) {
    auto run = start(**session, views_);
    ARETE_SKIP_IF_UNSUPPORTED(run);
    ASSERT_TRUE(run.has_value()) << run.error().message();
    const Outcome outcome = run->get();
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message();
    EXPECT_THAT(outcome->front().data<float>(), ElementsAre(1));
  }
}

TEST_P(BackendRuns, TheNextRunMayStartInsideTheCallback) {
  auto session = load(models().identity(DType::kF32, {"1"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  std::promise<Outcome> last;
  const Status started = (*session)->run_async(views_, [&](const Outcome& first) {
    ASSERT_TRUE(first.has_value());
    const Status again = (*session)->run_async(
        views_, [&last](Outcome second) { last.set_value(std::move(second)); });
    EXPECT_TRUE(again.has_value());
  });
  ARETE_SKIP_IF_UNSUPPORTED(started);
  ASSERT_TRUE(started.has_value()) << started.error().message();
  EXPECT_TRUE(last.get_future().get().has_value());
}

TEST_P(BackendRuns, CancelEndsARunThatWouldNotEnd) {
  auto session = load(endless());
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  for (int round = 0; round < 2; ++round) {
    auto run = start(**session, views_);
    ARETE_SKIP_IF_UNSUPPORTED(run);
    ASSERT_TRUE(run.has_value()) << run.error().message();
    (*session)->cancel();
    EXPECT_EQ(code_of(run->get()), ErrorCode::kCancelled);
  }
  (*session)->cancel();  // nothing runs: no effect
}

TEST_P(BackendRuns, DeadlineEndsARunThatWouldNotEnd) {
  auto session = load(endless());
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  EXPECT_EQ(code_of((*session)->run(views_, {from_now(20)})), ErrorCode::kTimeout);
  auto run = start(**session, views_, {from_now(20)});
  ARETE_SKIP_IF_UNSUPPORTED(run);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_EQ(code_of(run->get()), ErrorCode::kTimeout);
}

TEST_P(BackendRuns, ADeadlineInThePastFailsAtOnceAndOnlyThatRun) {
  auto session = load(models().identity(DType::kF32, {"1"}));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  EXPECT_EQ(code_of((*session)->run(views_, {Nanoseconds(1)})), ErrorCode::kTimeout);
  EXPECT_TRUE((*session)->run(views_, {from_now(600'000)}).has_value());
  EXPECT_TRUE((*session)->run(views_).has_value());
}

TEST_P(BackendRuns, ASecondRunOfOneSessionIsAConflict) {
  auto session = load(endless());
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  auto first = start(**session, views_);
  ARETE_SKIP_IF_UNSUPPORTED(first);
  ASSERT_TRUE(first.has_value()) << first.error().message();
  const auto second = start(**session, views_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
  (*session)->cancel();
  EXPECT_EQ(code_of(first->get()), ErrorCode::kCancelled);
}

TEST_P(BackendRuns, UnloadingStopsTheRunInProgressAndReportsIt) {
  auto session = load(endless());
  ARETE_SKIP_IF_UNSUPPORTED(session);
  ASSERT_TRUE(session.has_value()) << session.error().message();
  auto run = start(**session, views_);
  ARETE_SKIP_IF_UNSUPPORTED(run);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  session->reset();
  EXPECT_EQ(code_of(run->get()), ErrorCode::kCancelled);
}

TEST_P(BackendRuns, AHeldRunEndsWhenItIsReleased) {
  if (!has_option("release_fd")) {
    GTEST_SKIP() << inner_info().name << " has no model that waits to be released";
  }
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  auto session = load(endless(), {{"release_fd", std::to_string(pipe[0])}});
  ASSERT_TRUE(session.has_value()) << session.error().message();
  auto run = start(**session, views_);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_EQ(run->wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  ASSERT_EQ(::write(pipe[1], "!", 1), 1);
  EXPECT_TRUE(run->get().has_value());
  session->reset();
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_P(BackendRuns, TwoSessionsOnTwoThreadsDoNotMix) {
  const auto model = models().identity(DType::kF32, {"n"});
  std::array<std::future<int>, 2> wrong;
  for (std::size_t thread = 0; thread < wrong.size(); ++thread) {
    auto session = load(model);
    ASSERT_TRUE(session.has_value()) << session.error().message();
    wrong[thread] = std::async(
        std::launch::async, [thread, own = std::shared_ptr<Session>(std::move(*session))] {
          int failures = 0;
          for (std::size_t round = 1; round <= 200; ++round) {
            const std::vector<float> values(round, static_cast<float>(thread + 10 * round));
            const auto outputs = run_floats(*own, values);
            const bool right =
                outputs.has_value() && std::ranges::equal(outputs->front().data<float>(), values);
            failures += right ? 0 : 1;
          }
          return failures;
        });
  }
  EXPECT_EQ(wrong[0].get(), 0);
  EXPECT_EQ(wrong[1].get(), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, BackendRuns, testing::ValuesIn(subjects()), label_of);

}  // namespace
}  // namespace arete::conformance
