// Signals while a pipeline runs: asked to end, asked to look at its file again. Taken by a thread
// that waits for them, so that nothing happens inside a handler.
// Threads: make it before any other thread, so that all leave the signals to it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <functional>
#include <thread>

#include "base/clock.hpp"

namespace arete::app {

/// Exit code of a program that was interrupted before it could end in order.
inline constexpr int kExitByUser = 130;

struct SignalActions {
  std::function<void()> stop;    ///< SIGINT, SIGTERM; a second one ends the process at once
  std::function<void()> reload;  ///< SIGHUP
  std::function<void()> tick;    ///< about every `period`
  Nanoseconds period = std::chrono::seconds(5);
};

/// Keeps the signals from everybody, for as long as it lives.
class SignalsBlocked {
 public:
  SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked();

 private:
  sigset_t before_{};
};

/// Takes them. Made after SignalsBlocked; ends with its destruction.
class SignalThread {
 public:
  explicit SignalThread(SignalActions actions);

 private:
  void run(const std::stop_token& stop);

  SignalActions actions_;
  std::jthread thread_;
};

}  // namespace arete::app
