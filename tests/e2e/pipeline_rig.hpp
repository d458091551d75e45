// Pipelines as a person runs them: the program as a child that stays, its lines as they come, and
// where the clips are. Not here: runs to their end without a pipeline (program_run.hpp).
// Threads: one test at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "document/node.hpp"
#include "io/child.hpp"
#include "program_run.hpp"

namespace arete::e2e {

/// What a hung program costs before the test fails; nothing is measured by it.
inline constexpr Nanoseconds kPatience = std::chrono::seconds(120);

/// `arete` with `--output json`, which runs on while the test looks at its lines. Its log is among
/// them, in the order of time.
class RunningProgram {
 public:
  static std::optional<RunningProgram> start(const io::Path& folder,
                                             std::vector<std::string> arguments,
                                             const Environment& environment = {});

  /// The next object of output or log; nullopt at the end, after which exit_code() is known.
  [[nodiscard]] std::optional<document::Node> next();
  /// The next one that `wanted` says yes to; nullopt and a failed test if none comes.
  [[nodiscard]] std::optional<document::Node> next_such(
      std::string_view what, const std::function<bool(const document::Node&)>& wanted);
  void signal(int number) const;
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  RunningProgram(io::Child child, pid_t pid) : child_(std::move(child)), pid_(pid) {}

  io::Child child_;  ///< killed with us
  pid_t pid_;        ///< of the program, which is a child of the child
  int exit_code_ = -1;
};

/// A result that `arete run` prints.
[[nodiscard]] bool is_frame(const document::Node& line);
/// A line of the log about this event.
[[nodiscard]] bool is_logged(const document::Node& line, std::string_view event);
[[nodiscard]] bool is_event(const document::Node& line);
/// The `summary` of a run; fails the test and gives an empty map if there is none.
[[nodiscard]] document::Node summary_of(const std::vector<document::Node>& lines);
/// The only source of a summary.
[[nodiscard]] document::Node source_of(const document::Node& summary);

/// A folder or file under out/deps/demo; empty if it was not fetched.
[[nodiscard]] std::string demo_file(const std::string& name);
/// A clip of people or things; empty if there is none.
[[nodiscard]] std::string any_clip();
/// Why no clip can be read; empty if one can.
[[nodiscard]] std::string reason_without_media();

class PipelineTest : public ProgramTest {
 protected:
  static std::string data(const std::string& path) { return data_root() + "/" + path; }
  static std::string model(const std::string& path) { return data("models/" + path); }
  /// With the specs of tests/data.
  static Environment specs();
};

/// Leaves the test if this machine has not got the sample data.
#define ARETE_NEEDS_DATA()                           \
  do {                                               \
    if (data_root().empty()) {                       \
      GTEST_SKIP() << "no sample data (ARETE_DATA)"; \
    }                                                \
  } while (false)

/// Leaves the test if no clip can be decoded here.
#define ARETE_NEEDS_CLIPS()                                                   \
  do {                                                                        \
    if (const std::string reason = reason_without_media(); !reason.empty()) { \
      GTEST_SKIP() << reason;                                                 \
    }                                                                         \
  } while (false)

}  // namespace arete::e2e
