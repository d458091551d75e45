// The ledger as a trace that chrome://tracing and Perfetto show: one row an element, one bar a
// packet. Source of the format: "Trace Event Format", the JSON array form, whose end may be
// missing. Threads: as Ledger's taps. Errors: of writing, told by finish().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/files.hpp"
#include "pipeline/ledger.hpp"

namespace arete::pipeline {

/// Records that a trace takes; the rest of a long run is left out (a viewer could not open it).
inline constexpr std::uint64_t kMaxTraceRecords = 1'000'000;

class TraceFile {
 public:
  /// An old file of that name is replaced. `names`, `sources`: as the ledger's.
  [[nodiscard]] static Result<TraceFile> create(io::Files& files, const io::Path& path,
                                                std::vector<std::string> names,
                                                std::size_t sources);
  void add(const LedgerRecord& record);
  /// Writes what is left; the first error of all.
  [[nodiscard]] Status finish();
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  TraceFile(io::Files& files, io::Path path, std::vector<std::string> names, std::size_t sources)
      : files_(&files), path_(std::move(path)), names_(std::move(names)), sources_(sources) {}
  void flush();

  io::Files* files_;
  io::Path path_;
  std::vector<std::string> names_;
  std::size_t sources_;
  std::string buffer_;
  std::uint64_t records_ = 0;
  std::uint64_t left_out_ = 0;
  std::int64_t origin_ns_ = 0;  ///< trace times count from the first record
  Status status_;
};

}  // namespace arete::pipeline
