// Time, the only way to it. Pure code takes a Clock&; tests pass a FakeClock and never sleep.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>

namespace arete {

/// Nanoseconds. Monotonic time has an arbitrary start; wall time counts from 1970-01-01 UTC.
using Nanoseconds = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Nanoseconds monotonic() = 0;
  [[nodiscard]] virtual Nanoseconds wall() = 0;
  virtual void sleep_for(Nanoseconds duration) = 0;
};

/// The machine's clock. Thread-safe.
class SystemClock final : public Clock {
 public:
  Nanoseconds monotonic() override;
  Nanoseconds wall() override;
  void sleep_for(Nanoseconds duration) override;
};

/// A clock that stands still until told; sleeping moves it. Thread-safe.
class FakeClock final : public Clock {
 public:
  Nanoseconds monotonic() override;
  Nanoseconds wall() override;
  void sleep_for(Nanoseconds duration) override { advance(duration); }
  void advance(Nanoseconds duration);

 private:
  std::mutex mutex_;
  Nanoseconds now_{0};
};

}  // namespace arete
