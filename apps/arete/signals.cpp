// SPDX-License-Identifier: Apache-2.0
#include "signals.hpp"

#include <cstdlib>
#include <ctime>
#include <utility>

namespace arete::app {
namespace {

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    sigaddset(&set, signal);
  }
  return set;
}

}  // namespace

SignalsBlocked::SignalsBlocked() {
  const sigset_t set = our_signals();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SignalsBlocked::~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

SignalThread::SignalThread(SignalActions actions)
    : actions_(std::move(actions)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SignalThread::run(const std::stop_token& stop) {
  constexpr timespec kPatience{0, 100'000'000};  // how late its end may be noticed
  const sigset_t set = our_signals();
  bool asked = false;
  SystemClock clock;
  Nanoseconds ticked = clock.monotonic();
  while (!stop.stop_requested()) {
    const int signal = sigtimedwait(&set, nullptr, &kPatience);
    if (signal == SIGHUP) {
      actions_.reload();
    } else if (signal > 0) {
      if (asked) {
        std::_Exit(kExitByUser);
      }
      asked = true;
      actions_.stop();
    }
    if (clock.monotonic() - ticked >= actions_.period) {
      ticked = clock.monotonic();
      actions_.tick();
    }
  }
}

}  // namespace arete::app
