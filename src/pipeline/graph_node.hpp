// One element at its place in a running graph: runs it on packets, writes the ledger, hands what it
// gives to the elements behind it, on this thread or through their queues. Internal to the module.
// Threads: each node is used by one thread; what they share (GraphRun) by all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "pipeline/element.hpp"
#include "pipeline/inbox.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/pipeline.hpp"

namespace arete::pipeline {

/// Processor time of the calling thread so far.
[[nodiscard]] Nanoseconds thread_cpu();

/// What all nodes and sources of a running graph share.
class GraphRun {
 public:
  GraphRun(Clock& clock, Ledger& ledger, PipelineHooks hooks, const PipelineOptions& options)
      : clock_(clock), ledger_(ledger), hooks_(std::move(hooks)), options_(options) {}

  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] Ledger& ledger() { return ledger_; }
  [[nodiscard]] const PipelineOptions& options() const { return options_; }

  void captured(const Packet& packet, bool live, bool restart);
  void raised(const Packet& packet, const EventRecord& event);
  void output(const Packet& packet);
  /// Told; counted as a failure unless it may still turn out well.
  void problem(const std::string& where, const Error& error, bool is_failure = true);
  void count_failure() { ++failures_; }
  /// The pipeline cannot go on: everything ends, run() returns this.
  void give_up(Error error);

  [[nodiscard]] bool stopping() const { return stopping_.load(); }
  /// Sources end; returns false if it was asked for before.
  bool begin_stop() { return !stopping_.exchange(true); }
  [[nodiscard]] std::optional<Error> fatal() const;
  [[nodiscard]] std::int64_t events() const { return events_.load(); }
  [[nodiscard]] std::int64_t failures() const { return failures_.load(); }
  /// Set by the graph: ends all sources and queues at once.
  void on_give_up(std::function<void()> action) { abandon_ = std::move(action); }

 private:
  Clock& clock_;
  Ledger& ledger_;
  PipelineHooks hooks_;
  PipelineOptions options_;
  std::function<void()> abandon_;
  std::mutex hook_mutex_;
  mutable std::mutex fatal_mutex_;
  std::optional<Error> fatal_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> events_{0};
  std::atomic<std::int64_t> failures_{0};
};

class GraphNode;

/// Where packets go next: to a node on the same thread, or into a stage's inbox.
struct Target {
  GraphNode* node = nullptr;  ///< of an inbox: the stage's head
  Inbox* inbox = nullptr;
};

void deliver(GraphRun& run, std::span<const Target> targets, Packet packet);
void deliver_restart(std::span<const Target> targets, int source);
/// The producer of these has ended.
void deliver_end(std::span<const Target> targets);

class GraphNode {
 public:
  GraphNode(GraphRun& run, std::string name, std::size_t position, std::unique_ptr<Element> element)
      : run_(run), name_(std::move(name)), position_(position), element_(std::move(element)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t batch() const { return element_->batch(); }
  void add_target(Target target) { targets_.push_back(target); }

  /// `waited`: how long each was in the queue; empty on the producer's thread.
  void work_on(std::vector<Packet> packets, std::span<const Nanoseconds> waited);
  void restart(int source);
  /// After the last packet: finishes the element and everything behind it on this thread.
  void finish();

 private:
  class Collector;

  [[nodiscard]] LedgerRecord record_of(const Stamp& stamp) const;
  void book(const Collector& collected, std::span<const Stamp> stamps,
            std::span<const Nanoseconds> waited, const Status& status, Nanoseconds start);
  void note_failure(const Status& status);
  void hand_on(Collector& collected);

  GraphRun& run_;
  std::string name_;
  std::size_t position_;  ///< in the ledger
  std::unique_ptr<Element> element_;
  std::vector<Target> targets_;
  int failures_in_a_row_ = 0;
};

}  // namespace arete::pipeline
