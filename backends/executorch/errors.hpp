// ExecuTorch's error codes and log lines as Failures. Its functions return a bare code; what went
// wrong stands only in the line that it logs just before, so that line is kept for the message.
// Threads: a line belongs to the thread that logged it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <executorch/runtime/core/error.h>

#include <string>

namespace arete_et {

/// Starts ExecuTorch with its log lines going to the host instead of stderr. Once a process;
/// cheap afterwards.
void start_runtime();

/// Throws Failure unless `error` is Ok; `doing` says what failed: "loading the program".
void check(executorch::runtime::Error error, const std::string& doing);

}  // namespace arete_et
