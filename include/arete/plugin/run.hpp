// Starting, stopping and timing runs of one session: the part of a plug-in that is easy to get
// wrong, once for all. A run is stopped by cancel() or by its deadline, whichever comes first.
// Threads: RunControl::cancel from any; the rest as a session, from one thread at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "arete/backend.h"
#include "arete/plugin/failure.hpp"

namespace arete::plugin {

using SteadyTime = std::chrono::steady_clock::time_point;  // CLOCK_MONOTONIC on Linux

/// One thread that calls `ring` when a set time comes. The thread starts with the first set().
class Alarm {
 public:
  explicit Alarm(std::function<void()> ring) : ring_(std::move(ring)) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  void set(SteadyTime time) {
    {
      const std::lock_guard lock(mutex_);
      time_ = time;
      armed_ = true;
    }
    if (!thread_.joinable()) {
      thread_ = std::thread([this] { loop(); });
    }
    changed_.notify_all();
  }
  /// After this `ring` is not running and will not be called until the next set().
  void clear() {
    const std::lock_guard lock(mutex_);
    armed_ = false;
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    while (!closing_) {
      if (!armed_) {
        changed_.wait(lock);
      } else if (std::chrono::steady_clock::now() < time_) {
        changed_.wait_until(lock, time_);
      } else {
        armed_ = false;
        ring_();  // with the lock held: clear() waits for it
      }
    }
  }

  std::function<void()> ring_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
  SteadyTime time_;
  bool armed_ = false;
  bool closing_ = false;
};

/// One thread that runs one job at a time. The thread starts with the first job.
class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() { close(); }

  /// The caller knows that no job waits; one may be in its last breath.
  void post(std::function<void()> job) {
    // A job may post the next one from the thread itself: it must find `thread_` whole.
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) {
      thread_ = std::thread([this] { loop(); });
    }
    job_ = std::move(job);
    changed_.notify_all();
  }
  /// Waits for the job that was posted; none may be posted afterwards.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return closing_ || job_; });
      if (!job_) {
        return;
      }
      const std::function<void()> job = std::exchange(job_, nullptr);
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
  std::function<void()> job_;
  bool closing_ = false;
};

/// The state of a session's run: idle, running, or running and asked to stop.
class RunControl {
 public:
  /// `stop` makes the engine's run end early; called at most once a run, from any thread.
  explicit RunControl(std::function<void()> stop)
      : stop_(std::move(stop)), alarm_([this] { request(ARETE_TIMEOUT); }) {}

  /// Throws ARETE_CONFLICT if a run is in progress or the session is being unloaded.
  void begin(std::int64_t deadline_ns) {
    {
      const std::lock_guard lock(mutex_);
      if (running_ || closing_) {
        throw Failure(ARETE_CONFLICT, running_ ? "a run is in progress" : "being unloaded");
      }
      running_ = true;
      reason_ = 0;
    }
    has_deadline_ = deadline_ns != 0;
    if (has_deadline_) {
      const SteadyTime deadline{std::chrono::nanoseconds(deadline_ns)};
      if (std::chrono::steady_clock::now() >= deadline) {
        request(ARETE_TIMEOUT);
      } else {
        alarm_.set(deadline);
      }
    }
  }

  /// Makes the session idle; says how the run ended when `error` came out of the engine. Takes
  /// `error` and gives it or another one back.
  arete_error* end(arete_error* error) {
    if (has_deadline_) {
      alarm_.clear();
    }
    arete_code reason = 0;
    {
      const std::lock_guard lock(mutex_);
      reason = reason_;
      running_ = false;
    }
    if (reason == 0) {
      return error;
    }
    free_error(error);  // the engine's way of saying that it was stopped
    return make_error(reason, reason == ARETE_TIMEOUT ? "the run was not finished at its deadline"
                                                      : "the run was cancelled");
  }

  void cancel() { request(ARETE_CANCELLED); }
  /// Refuses further runs and stops the one in progress.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    cancel();
  }

  /// Returns when the run is asked to stop; for engines that wait for something else to end.
  void wait_for_stop() const {
    std::unique_lock lock(mutex_);
    stopped_.wait(lock, [this] { return reason_ != 0; });
  }
  /// For engines that compute step by step.
  [[nodiscard]] bool stop_requested() const {
    const std::lock_guard lock(mutex_);
    return reason_ != 0;
  }
  void throw_if_stopped() const {
    if (stop_requested()) {
      throw Failure(ARETE_CANCELLED, "stopped");  // end() knows the reason
    }
  }

 private:
  void request(arete_code reason) {
    const std::lock_guard lock(mutex_);
    if (running_ && reason_ == 0) {
      reason_ = reason;
      stopped_.notify_all();
      stop_();
    }
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable stopped_;
  std::function<void()> stop_;
  bool running_ = false;
  bool closing_ = false;
  arete_code reason_ = 0;
  bool has_deadline_ = false;
  Alarm alarm_;  // last: its thread uses the members above
};

}  // namespace arete::plugin
