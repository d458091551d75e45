// A progress line for people, redrawn in place on a terminal and silent everywhere else. Goes to
// standard error: standard output belongs to data. Threads: one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace arete::report {

/// "reading  [#####.....]  50% 120/240 3 s": pure, for `width` columns.
[[nodiscard]] std::string progress_line(std::string_view title, std::uint64_t done,
                                        std::uint64_t total, Nanoseconds elapsed,
                                        std::size_t width);

class Progress {
 public:
  using Sink = std::function<void(std::string_view)>;

  /// For people: standard error if it is a terminal, nothing otherwise. `clock` must outlive this.
  [[nodiscard]] static Progress on_terminal(Clock& clock, std::string title, std::uint64_t total);
  /// Writes through `sink`; an empty one is silence.
  Progress(Clock& clock, std::string title, std::uint64_t total, Sink sink);
  Progress(Progress&&) = default;
  Progress& operator=(Progress&&) = delete;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { finish(); }

  /// Redraws at most ten times a second, and always at the end.
  void update(std::uint64_t done);
  /// Takes the line away.
  void finish();

 private:
  Clock* clock_;
  std::string title_;
  std::uint64_t total_;
  Sink sink_;
  Nanoseconds started_;
  Nanoseconds drawn_{0};
  bool visible_ = false;
};

}  // namespace arete::report
