// The built `arete` as a child process, with a scratch folder of small models and pictures of its
// own, so that the tests of its contract need no data. What it prints comes back as JSON Lines.
// Threads: one test at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "document/node.hpp"
#include "io/files.hpp"
#include "io/process.hpp"

namespace arete::e2e {

struct ProgramOutcome {
  int exit_code = -1;
  std::string output;
  std::string errors;
  std::vector<document::Node> lines;  ///< of the output, if all of them are JSON
};

using Environment = std::vector<std::pair<std::string, std::string>>;

/// `models/..` and `data/..` lie below; empty if there are none on this machine.
[[nodiscard]] std::string data_root();
/// A spec of tests/data/specs.
[[nodiscard]] std::string spec_of(const std::string& name);

/// The keys of a map, joined by a space, in their order.
[[nodiscard]] std::string keys_of(const document::Node& node);
/// The `error` of an outcome's first line that has one; fails the test and gives null if none has.
[[nodiscard]] document::Node error_of(const ProgramOutcome& outcome);

/// A scratch folder with
///   mean.onnx   f32 image [1,2,2,3] -> means [1,3]; mean.spec.yaml beside it ranks red, green,
///   blue log.onnx    the same and its logarithm, -inf for black; log.spec.yaml is raw batch.onnx
///   f32 x [batch,?,4] -> y of the same shape red.png, green.png, black.png, pictures/1.png,
///   pictures/2.png
class ProgramTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  [[nodiscard]] ProgramOutcome run(std::vector<std::string> arguments,
                                   const Environment& environment = {});
  /// The same with `--output json` at the end; every line must be JSON with schema 1.
  [[nodiscard]] ProgramOutcome run_json(std::vector<std::string> arguments,
                                        const Environment& environment = {});
  /// A shell line in which "$ARETE" is the program.
  [[nodiscard]] ProgramOutcome shell(const std::string& line);
  void write(const std::string& name, std::string_view text);

  io::PosixFiles files_;
  io::Path folder_;
};

}  // namespace arete::e2e
