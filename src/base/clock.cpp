// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include <thread>

namespace arete {

Nanoseconds SystemClock::monotonic() { return std::chrono::steady_clock::now().time_since_epoch(); }

Nanoseconds SystemClock::wall() { return std::chrono::system_clock::now().time_since_epoch(); }

void SystemClock::sleep_for(Nanoseconds duration) { std::this_thread::sleep_for(duration); }

Nanoseconds FakeClock::monotonic() {
  const std::lock_guard lock(mutex_);
  return now_;
}

Nanoseconds FakeClock::wall() {
  // 2026-01-01T00:00:00Z, so that formatted times in tests look like times.
  constexpr Nanoseconds kStart = std::chrono::seconds(1767225600);
  return kStart + monotonic();
}

void FakeClock::advance(Nanoseconds duration) {
  const std::lock_guard lock(mutex_);
  now_ += duration;
}

}  // namespace arete
