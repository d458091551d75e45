// The ledger: one record of 64 bytes for each packet at each step - when, how long, what became of
// it and why - and the sums over all of them. The last records are kept in a ring; sums are of
// constant size, however long a pipeline runs.
// Threads: add() and everything that reads, from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "pipeline/element.hpp"
#include "pipeline/stage_times.hpp"
#include "stats/duration_histogram.hpp"

namespace arete::pipeline {

inline constexpr std::size_t kDecisionCount = 8;

/// What a record measures: the element's whole work on a packet, or a part of it.
enum class Work : std::uint8_t {
  kElement,     ///< process(), with the decision
  kDecode,      ///< a source giving a packet
  kPreprocess,  ///< parts of infer
  kInfer,
  kPostprocess,
  kNote,  ///< a decision beside the packet's own: an event, a packet lost in a queue
  kWait,  ///< only in sums: time in the queue before the element
  kAge,   ///< only in sums: from the packet's capture to the end of the element
};
inline constexpr std::size_t kWorkCount = 8;
/// "element", "decode" ...
[[nodiscard]] std::string_view name_of(Work work);

struct LedgerRecord {
  std::int64_t start_ns = 0;  ///< Clock::monotonic()
  std::int64_t end_ns = 0;
  std::int64_t waited_ns = 0;  ///< in the queue before; kElement of the first element of a stage
  std::int64_t sequence = 0;
  std::int64_t media_time_ns = 0;
  float value = 0;  ///< the two numbers of the decision
  float limit = 0;
  std::uint32_t copied_bytes = 0;  ///< of pixels or samples, by this step
  std::uint16_t source = 0;
  std::uint16_t element = 0;  ///< sources first, then elements
  std::uint16_t batch = 0;    ///< packets that were worked on at once
  Work work = Work::kElement;
  Decision decision = Decision::kPassed;
};
static_assert(sizeof(LedgerRecord) == 64);

/// Sums of one element or source.
struct ElementSums {
  std::map<Work, stats::DurationHistogram> time;  ///< of what it did at all
  std::array<std::uint64_t, kDecisionCount> decisions{};
  std::uint64_t copied_bytes = 0;
  Nanoseconds cpu{0};  ///< of the thread, in this element's own work
};

/// Decisions of one element about one source's packets.
struct SourceSums {
  std::array<std::uint64_t, kDecisionCount> decisions{};
  Nanoseconds last_age{0};  ///< from capture to the end of this element, of the last packet
  Nanoseconds largest_age{0};
};

class Ledger {
 public:
  /// Sees every record in the order of add(), one at a time; must be quick and not call the ledger.
  using Tap = std::function<void(const LedgerRecord&)>;

  /// `names`: sources, then elements. `kept`: records in the ring.
  Ledger(std::vector<std::string> names, std::size_t sources, std::size_t kept = 8192);

  void add_tap(Tap tap);
  void add(const LedgerRecord& record, Nanoseconds captured);
  void add_cpu(std::size_t element, Nanoseconds cpu);
  /// All processor time of one of the pipeline's threads, at its end.
  void add_thread(Nanoseconds cpu);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::size_t sources() const { return sources_; }
  [[nodiscard]] ElementSums sums_of(std::size_t element) const;
  [[nodiscard]] std::vector<SourceSums> by_source(std::size_t element) const;
  /// Processor time of the pipeline's threads that no source or element used: queues, routing, this
  /// ledger. Known when the threads have ended.
  [[nodiscard]] Nanoseconds overhead() const;
  [[nodiscard]] std::uint64_t records() const;
  /// The last ones, oldest first.
  [[nodiscard]] std::vector<LedgerRecord> recent() const;

 private:
  std::vector<std::string> names_;
  std::size_t sources_;
  mutable std::mutex mutex_;
  std::vector<Tap> taps_;
  std::vector<ElementSums> sums_;
  std::vector<std::vector<SourceSums>> by_source_;  ///< [element][source], grown when needed
  std::vector<LedgerRecord> ring_;
  std::uint64_t records_ = 0;
  Nanoseconds threads_{0};
};

/// The reason in words, from the two numbers: "0.002 < 0.010". Empty where the decision needs none.
[[nodiscard]] std::string reason_of(const LedgerRecord& record);

}  // namespace arete::pipeline
