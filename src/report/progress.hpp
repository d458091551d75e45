// A progress line on stderr while it is a terminal; silent otherwise, so that logs stay clean.
// Threads: one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace arete::report {

/// "running  12/40  [######--------------]"
[[nodiscard]] std::string progress_line(const std::string& title, std::size_t done,
                                        std::size_t total);

class Progress {
 public:
  /// Shows itself only if stderr is a terminal.
  Progress(std::string title, std::size_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  void advance();
  /// Takes the line away, so that other output can be printed; advance() brings it back.
  void clear();

 private:
  std::string title_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool shown_ = false;
  bool terminal_;
};

}  // namespace arete::report
