// What a run of a `hold` model waits at: opened by a byte that the owner of a pipe writes, or by
// stop(). Lets tests decide when a run ends, without sleeping.
// Threads: stop() from any; wait() from one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace arete_null {

class Latch {
 public:
  /// `release_fd`: end of a pipe to read from, the caller's; -1 = only stop() opens. Throws Failure
  /// if the system refuses a descriptor.
  explicit Latch(int release_fd);
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;
  ~Latch();

  /// Returns when a byte has come or `stopped` says so after a stop().
  void wait(const std::function<bool()>& stopped);
  void stop() noexcept;

 private:
  int release_fd_;
  int stop_fd_;
};

}  // namespace arete_null
