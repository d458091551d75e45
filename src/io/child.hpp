// A child process that stays and answers: lines and bytes both ways through its standard input and
// output. Its standard error is ours. Not here: running a program to its end (process.hpp).
// Threads: serial. Errors: kTimeout when an answer does not come in time, kIo when the child has
// gone; how it ended is then said in the message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/descriptor.hpp"
#include "io/process.hpp"

namespace arete::io {

class Child {
 public:
  /// Of the request only program, arguments, environment and folder count.
  [[nodiscard]] static Result<Child> start(const ProcessRequest& request);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Kills it with its children if it is still there.
  ~Child();

  /// `text` and a line feed.
  [[nodiscard]] Status write_line(std::string_view text);
  /// The next line without its end; kCorrupt above `limit` bytes.
  [[nodiscard]] Result<std::string> read_line(Nanoseconds limit,
                                              std::size_t byte_limit = std::size_t{16} << 20);
  /// Exactly `size` bytes.
  [[nodiscard]] Result<Bytes> read_bytes(std::size_t size, Nanoseconds limit);
  /// Closes its input; it is expected to end by itself. Killed if it does not within `limit`.
  void end(Nanoseconds limit);

 private:
  Child(pid_t pid, Descriptor input, Descriptor output)
      : pid_(pid), input_(std::move(input)), output_(std::move(output)) {}

  /// Appends what comes next to buffer_, waiting until `deadline`.
  [[nodiscard]] Status receive(Nanoseconds deadline);
  /// Why it does not answer any more; reaps it.
  [[nodiscard]] Error gone();

  pid_t pid_;  ///< 0 = reaped
  Descriptor input_;
  Descriptor output_;
  std::string buffer_;
};

}  // namespace arete::io
