// SPDX-License-Identifier: Apache-2.0
#include "pipeline/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace arete::pipeline {

std::string_view name_of(Work work) {
  constexpr std::array<std::string_view, kWorkCount> kNames = {
      "element", "decode", "preprocess", "infer", "postprocess", "note", "wait", "age"};
  return kNames[static_cast<std::size_t>(work)];
}

Ledger::Ledger(std::vector<std::string> names, std::size_t sources, std::size_t kept)
    : names_(std::move(names)),
      sources_(sources),
      sums_(names_.size()),
      by_source_(names_.size()),
      ring_(std::max<std::size_t>(kept, 1)) {}

void Ledger::add_tap(Tap tap) {
  const std::lock_guard lock(mutex_);
  taps_.push_back(std::move(tap));
}

void Ledger::add(const LedgerRecord& record, Nanoseconds captured) {
  const std::lock_guard lock(mutex_);
  ElementSums& sums = sums_[record.element];
  const auto decision = static_cast<std::size_t>(record.decision);
  if (record.work != Work::kNote) {
    sums.time[record.work].add(Nanoseconds(record.end_ns - record.start_ns));
  }
  sums.copied_bytes += record.copied_bytes;
  if (record.work == Work::kElement || record.work == Work::kDecode || record.work == Work::kNote) {
    ++sums.decisions[decision];
    auto& rows = by_source_[record.element];
    if (rows.empty()) {
      rows.resize(sources_);
    }
    SourceSums& row = rows[record.source];
    ++row.decisions[decision];
    row.last_age = Nanoseconds(record.end_ns) - captured;
    row.largest_age = std::max(row.largest_age, row.last_age);
  }
  if (record.work == Work::kElement) {
    sums.time[Work::kAge].add(Nanoseconds(record.end_ns) - captured);
    if (record.waited_ns > 0) {
      sums.time[Work::kWait].add(Nanoseconds(record.waited_ns));
    }
  }
  ring_[records_++ % ring_.size()] = record;
  for (const Tap& tap : taps_) {
    tap(record);
  }
}

void Ledger::add_cpu(std::size_t element, Nanoseconds cpu) {
  const std::lock_guard lock(mutex_);
  sums_[element].cpu += cpu;
}

void Ledger::add_thread(Nanoseconds cpu) {
  const std::lock_guard lock(mutex_);
  threads_ += cpu;
}

ElementSums Ledger::sums_of(std::size_t element) const {
  const std::lock_guard lock(mutex_);
  return sums_[element];
}

std::vector<SourceSums> Ledger::by_source(std::size_t element) const {
  const std::lock_guard lock(mutex_);
  std::vector<SourceSums> rows = by_source_[element];
  rows.resize(sources_);
  return rows;
}

Nanoseconds Ledger::overhead() const {
  const std::lock_guard lock(mutex_);
  Nanoseconds used{0};
  for (const ElementSums& sums : sums_) {
    used += sums.cpu;
  }
  return std::max(threads_ - used, Nanoseconds(0));
}

std::uint64_t Ledger::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::vector<LedgerRecord> Ledger::recent() const {
  const std::lock_guard lock(mutex_);
  std::vector<LedgerRecord> records;
  const std::uint64_t kept = std::min<std::uint64_t>(records_, ring_.size());
  for (std::uint64_t i = records_ - kept; i < records_; ++i) {
    records.push_back(ring_[i % ring_.size()]);
  }
  return records;
}

std::string reason_of(const LedgerRecord& record) {
  switch (record.decision) {
    case Decision::kDropped:
      return "a newer one came to a full queue";
    case Decision::kRefused:
      return "the queue was full";
    case Decision::kGated:
    case Decision::kSuppressed:
      return fmt::format("{:.4g} < {:.4g}", record.value, record.limit);
    case Decision::kRaised:
      return fmt::format("{:.4g} >= {:.4g}", record.value, record.limit);
    case Decision::kPassed:
    case Decision::kFailed:
    case Decision::kWritten:
      return {};
  }
  return {};
}

}  // namespace arete::pipeline
