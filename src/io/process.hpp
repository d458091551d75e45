// Running a child process to its end: arguments in, output, exit and peak memory out. No shell.
// An interface, the real one, and a fake for tests. Not here: processes that stay.
// Threads: safe from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/files.hpp"

namespace arete::io {

struct ProcessRequest {
  std::string program = {};                 ///< with '/': that file; else looked up in PATH
  std::vector<std::string> arguments = {};  ///< without the program's name
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< added to ours
  Path folder = {};                                                   ///< to run in; empty = ours
  std::string input = {};  ///< to its standard input, which is then closed
  std::optional<Nanoseconds> deadline =
      std::nullopt;  ///< from now; then it and its children are killed
  std::uint64_t output_limit = std::uint64_t{64} << 20;  ///< bytes kept of each stream
};

struct ProcessOutcome {
  int exit_code = 0;  ///< -1 if a signal ended it
  int signal = 0;     ///< 0 = none
  bool timed_out = false;
  std::string output;                ///< standard output
  std::string errors;                ///< standard error
  bool truncated = false;            ///< more was written than kept
  std::uint64_t peak_rss_bytes = 0;  ///< of it and its children; never below our own at its start
  Nanoseconds duration{0};

  [[nodiscard]] bool succeeded() const { return exit_code == 0 && signal == 0 && !timed_out; }
};

class Processes {
 public:
  virtual ~Processes() = default;
  /// kNotFound or kDenied if it cannot be started. How it ended is in the outcome, not an error.
  [[nodiscard]] virtual Result<ProcessOutcome> run(const ProcessRequest& request) = 0;
};

class PosixProcesses final : public Processes {
 public:
  [[nodiscard]] Result<ProcessOutcome> run(const ProcessRequest& request) override;
};

/// Answers by a function and remembers what was asked.
class FakeProcesses final : public Processes {
 public:
  using Answer = std::function<Result<ProcessOutcome>(const ProcessRequest&)>;
  explicit FakeProcesses(Answer answer) : answer_(std::move(answer)) {}
  [[nodiscard]] Result<ProcessOutcome> run(const ProcessRequest& request) override;
  [[nodiscard]] std::vector<ProcessRequest> requests() const;

 private:
  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<ProcessRequest> requests_;
};

}  // namespace arete::io
