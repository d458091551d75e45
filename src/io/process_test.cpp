// SPDX-License-Identifier: Apache-2.0
#include "io/process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>

namespace arete::io {
namespace {

ProcessOutcome shell(const std::string& script, ProcessRequest request = {}) {
  request.program = "sh";
  request.arguments = {"-c", script};
  PosixProcesses processes;
  auto outcome = processes.run(request);
  EXPECT_TRUE(outcome.has_value()) << (outcome ? "" : outcome.error().message());
  return outcome.value_or(ProcessOutcome());
}

TEST(PosixProcesses, OutputErrorsAndExitCodeComeBack) {
  const ProcessOutcome outcome = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(outcome.output, "out\n");
  EXPECT_EQ(outcome.errors, "err\n");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_FALSE(outcome.succeeded());
  EXPECT_GT(outcome.peak_rss_bytes, 100000U);
  EXPECT_GT(outcome.duration.count(), 0);
}

TEST(PosixProcesses, InputOfAnySizeGoesThrough) {
  const std::string input(3000000, 'z');
  const ProcessOutcome outcome = shell("cat", {.input = input});
  EXPECT_EQ(outcome.output.size(), input.size());
  EXPECT_TRUE(outcome.succeeded());
}

TEST(PosixProcesses, AChildThatIgnoresItsInputIsNoError) {
  EXPECT_TRUE(shell("exec 0<&-; exit 0", {.input = std::string(1000000, 'z')}).succeeded());
}

TEST(PosixProcesses, ArgumentsAreNotInterpreted) {
  PosixProcesses processes;
  const auto outcome = processes.run({.program = "echo", .arguments = {"$HOME *", "a;b"}});
  EXPECT_EQ(outcome.value().output, "$HOME * a;b\n");
}

TEST(PosixProcesses, EnvironmentAndFolderAreSet) {
  const ProcessOutcome outcome =
      shell("echo $ARETE_X; pwd", {.environment = {{"ARETE_X", "7"}}, .folder = "/"});
  EXPECT_EQ(outcome.output, "7\n/\n");
}

TEST(PosixProcesses, TheDeadlineKillsTheWholeGroup) {
  const ProcessOutcome outcome =
      shell("sleep 1000 & echo on; wait", {.deadline = std::chrono::milliseconds(200)});
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_EQ(outcome.signal, SIGKILL);
  EXPECT_EQ(outcome.output, "on\n");
}

TEST(PosixProcesses, TheDeadlineHoldsWhenOutputsAreClosed) {
  const ProcessOutcome outcome =
      shell("exec >&- 2>&-; exec sleep 1000", {.deadline = std::chrono::milliseconds(200)});
  EXPECT_TRUE(outcome.timed_out);
}

TEST(PosixProcesses, OutputBeyondTheLimitIsDropped) {
  const ProcessOutcome outcome = shell("head -c 100000 /dev/zero", {.output_limit = 1000});
  EXPECT_EQ(outcome.output.size(), 1000U);
  EXPECT_TRUE(outcome.truncated);
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(PosixProcesses, SignalsAreTold) {
  const ProcessOutcome outcome = shell("kill -TERM $$");
  EXPECT_EQ(outcome.signal, SIGTERM);
  EXPECT_EQ(outcome.exit_code, -1);
}

TEST(PosixProcesses, WhatIsNotThereIsNotFound) {
  PosixProcesses processes;
  EXPECT_EQ(processes.run({.program = "/no/such/program"}).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(processes.run({.program = "sh", .folder = "/no/such"}).error().code(),
            ErrorCode::kNotFound);
  EXPECT_EQ(processes.run({.program = "/etc/passwd"}).error().code(), ErrorCode::kDenied);
}

TEST(FakeProcesses, AnswersAndRemembers) {
  FakeProcesses processes([](const ProcessRequest& request) -> Result<ProcessOutcome> {
    if (request.program == "bad") {
      return fail(ErrorCode::kNotFound, "no {}", request.program);
    }
    ProcessOutcome outcome;
    outcome.output = request.program;
    return outcome;
  });
  EXPECT_EQ(processes.run({.program = "x"}).value().output, "x");
  EXPECT_FALSE(processes.run({.program = "bad"}).has_value());
  EXPECT_EQ(processes.requests().size(), 2U);
}

}  // namespace
}  // namespace arete::io
