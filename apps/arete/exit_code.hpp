// The exit codes of all programs, documented in docs/reference/json.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arete::app {

enum ExitCode : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kUnmetGate = 3,
  kNothingToDo = 4,
  kNeedsReboot = 5,
};

}  // namespace arete::app
