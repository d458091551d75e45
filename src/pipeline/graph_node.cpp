// SPDX-License-Identifier: Apache-2.0
#include "pipeline/graph_node.hpp"

#include <ctime>
#include <utility>

namespace arete::pipeline {

Nanoseconds thread_cpu() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

void GraphRun::captured(const Packet& packet, bool live, bool restart) {
  if (hooks_.on_captured) {
    const std::lock_guard lock(hook_mutex_);
    hooks_.on_captured(packet, live, restart);
  }
}

void GraphRun::raised(const Packet& packet, const EventRecord& event) {
  ++events_;
  if (hooks_.on_event) {
    const std::lock_guard lock(hook_mutex_);
    hooks_.on_event(packet, event);
  }
}

void GraphRun::output(const Packet& packet) {
  if (hooks_.on_output) {
    const std::lock_guard lock(hook_mutex_);
    hooks_.on_output(packet);
  }
}

void GraphRun::problem(const std::string& where, const Error& error, bool is_failure) {
  failures_ += is_failure ? 1 : 0;
  if (hooks_.on_problem) {
    const std::lock_guard lock(hook_mutex_);
    hooks_.on_problem(where, error);
  }
}

void GraphRun::give_up(Error error) {
  {
    const std::lock_guard lock(fatal_mutex_);
    if (fatal_) {
      return;
    }
    fatal_ = std::move(error);
  }
  stopping_ = true;
  if (abandon_) {
    abandon_();
  }
}

std::optional<Error> GraphRun::fatal() const {
  const std::lock_guard lock(fatal_mutex_);
  return fatal_;
}

namespace {

void note_loss(GraphRun& run, const GraphNode& head, const Stamp& stamp, Decision decision) {
  LedgerRecord record;
  record.work = Work::kNote;
  record.decision = decision;
  record.element = static_cast<std::uint16_t>(head.position());
  record.source = static_cast<std::uint16_t>(stamp.source);
  record.sequence = stamp.sequence;
  record.media_time_ns = stamp.media_time.count();
  record.start_ns = record.end_ns = run.clock().monotonic().count();
  run.ledger().add(record, stamp.captured);
}

void deliver_one(GraphRun& run, const Target& target, Packet packet) {
  if (target.inbox == nullptr) {
    std::vector<Packet> packets;
    packets.push_back(std::move(packet));
    target.node->work_on(std::move(packets), {});
    return;
  }
  if (run.options().replay != nullptr) {
    const auto loss = run.options().replay->loss_of(target.node->name(), packet.stamp);
    if (loss) {
      note_loss(run, *target.node, packet.stamp, *loss);
      return;
    }
  }
  const auto lost = target.inbox->push(std::move(packet), run.clock().monotonic());
  if (lost) {
    note_loss(run, *target.node, lost->stamp,
              lost->newcomer ? Decision::kRefused : Decision::kDropped);
  }
}

}  // namespace

void deliver(GraphRun& run, std::span<const Target> targets, Packet packet) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (i + 1 == targets.size()) {
      deliver_one(run, targets[i], std::move(packet));
      return;
    }
    deliver_one(run, targets[i], packet);
  }
}

void deliver_restart(std::span<const Target> targets, int source) {
  for (const Target& target : targets) {
    if (target.inbox != nullptr) {
      target.inbox->push_restart(source);
    } else {
      target.node->restart(source);
    }
  }
}

void deliver_end(std::span<const Target> targets) {
  for (const Target& target : targets) {
    if (target.inbox != nullptr) {
      target.inbox->close();
    } else {
      target.node->finish();
    }
  }
}

/// What an element gives and says during one call.
class GraphNode::Collector final : public Emitter {
 public:
  struct Verdict {
    Stamp stamp;
    Decision decision;
    float value;
    float limit;
  };

  void emit(Packet packet) override { packets.push_back(std::move(packet)); }
  void decide(const Stamp& stamp, Decision decision, double value, double limit) override {
    verdicts.push_back({stamp, decision, static_cast<float>(value), static_cast<float>(limit)});
  }
  /// A raised or suppressed event stands beside what became of the packet itself.
  [[nodiscard]] static bool is_note(Decision decision) {
    return decision == Decision::kRaised || decision == Decision::kSuppressed;
  }

  std::vector<Packet> packets;
  std::vector<Verdict> verdicts;
};

LedgerRecord GraphNode::record_of(const Stamp& stamp) const {
  LedgerRecord record;
  record.element = static_cast<std::uint16_t>(position_);
  record.source = static_cast<std::uint16_t>(stamp.source);
  record.sequence = stamp.sequence;
  record.media_time_ns = stamp.media_time.count();
  return record;
}

void GraphNode::book(const Collector& collected, std::span<const Stamp> stamps,
                     std::span<const Nanoseconds> waited, const Status& status, Nanoseconds start) {
  const Nanoseconds end = run_.clock().monotonic();
  const auto share = static_cast<std::int64_t>(stamps.size());
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    LedgerRecord record = record_of(stamps[i]);
    // Of packets that were worked on at once each gets its share of the time, one behind the other.
    const auto part = static_cast<std::int64_t>(i);
    record.start_ns = start.count() + (end - start).count() * part / share;
    record.end_ns = start.count() + (end - start).count() * (part + 1) / share;
    record.waited_ns = i < waited.size() ? waited[i].count() : 0;
    record.batch = static_cast<std::uint16_t>(stamps.size());
    record.decision = status ? Decision::kPassed : Decision::kFailed;
    for (const Collector::Verdict& verdict : collected.verdicts) {
      if (status && verdict.stamp.source == stamps[i].source &&
          verdict.stamp.sequence == stamps[i].sequence && !Collector::is_note(verdict.decision)) {
        record.decision = verdict.decision;
        record.value = verdict.value;
        record.limit = verdict.limit;
      }
    }
    run_.ledger().add(record, stamps[i].captured);
  }
  for (const Collector::Verdict& verdict : collected.verdicts) {
    if (Collector::is_note(verdict.decision)) {
      LedgerRecord record = record_of(verdict.stamp);
      record.work = Work::kNote;
      record.start_ns = record.end_ns = end.count();
      record.decision = verdict.decision;
      record.value = verdict.value;
      record.limit = verdict.limit;
      run_.ledger().add(record, verdict.stamp.captured);
    }
  }
}

void GraphNode::note_failure(const Status& status) {
  if (status) {
    failures_in_a_row_ = 0;
    return;
  }
  run_.problem(name_, status.error());
  if (++failures_in_a_row_ >= run_.options().most_failures) {
    Error error = status.error();
    run_.give_up(std::move(error).with_context(
        fmt::format("element '{}' failed {} times in a row", name_, failures_in_a_row_)));
  }
}

void GraphNode::hand_on(Collector& collected) {
  for (Packet& packet : collected.packets) {
    for (const EventRecord& event : packet.events) {
      if (event.element == name_) {
        run_.raised(packet, event);
      }
    }
    if (targets_.empty()) {
      run_.output(packet);
    } else {
      deliver(run_, targets_, std::move(packet));
    }
  }
}

void GraphNode::work_on(std::vector<Packet> packets, std::span<const Nanoseconds> waited) {
  std::vector<Stamp> stamps;
  for (const Packet& packet : packets) {
    stamps.push_back(packet.stamp);
  }
  Collector collected;
  const Nanoseconds start = run_.clock().monotonic();
  const Nanoseconds cpu = thread_cpu();
  const Status status = packets.size() == 1
                            ? element_->process(std::move(packets.front()), collected)
                            : element_->process_batch(std::move(packets), collected);
  run_.ledger().add_cpu(position_, thread_cpu() - cpu);
  book(collected, stamps, waited, status, start);
  note_failure(status);
  hand_on(collected);
}

void GraphNode::restart(int source) {
  element_->restart(source);
  deliver_restart(targets_, source);
}

void GraphNode::finish() {
  Collector collected;
  note_failure(element_->finish(collected));
  book(collected, {}, {}, {}, run_.clock().monotonic());
  hand_on(collected);
  deliver_end(targets_);
}

}  // namespace arete::pipeline
