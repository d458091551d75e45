// Starting a program with pipes for its standard streams: what running to the end (process.hpp) and
// staying (child.hpp) have in common. Not for use beyond io.
// Threads: safe from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <csignal>

#include "base/result.hpp"
#include "io/descriptor.hpp"
#include "io/process.hpp"

namespace arete::io {

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

/// Both ends close when a program is started.
[[nodiscard]] Result<Pipe> make_pipe();

struct Streams {
  Pipe input;
  Pipe output;
  Pipe errors;  ///< without ends: the child has our standard error
};

/// In a process group of its own, so that its children can be killed with it; its signals are as
/// the system gives them.
[[nodiscard]] Result<pid_t> spawn(const ProcessRequest& request, const Streams& streams);

/// Writing to a child that has gone must not kill us: SIGPIPE off in this thread, for a while.
class PipeSignalBlocked {
 public:
  PipeSignalBlocked();
  PipeSignalBlocked(const PipeSignalBlocked&) = delete;
  PipeSignalBlocked& operator=(const PipeSignalBlocked&) = delete;
  ~PipeSignalBlocked();

 private:
  sigset_t signal_{};
  sigset_t before_{};
};

}  // namespace arete::io
