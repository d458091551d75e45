// SPDX-License-Identifier: Apache-2.0
#include "report/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace arete::report {

std::string progress_line(const std::string& title, std::size_t done, std::size_t total) {
  constexpr std::size_t kWidth = 20;
  const std::size_t filled = total == 0 ? kWidth : kWidth * std::min(done, total) / total;
  return fmt::format("{}  {}/{}  [{}{}]", title, done, total, std::string(filled, '#'),
                     std::string(kWidth - filled, '-'));
}

Progress::Progress(std::string title, std::size_t total)
    : title_(std::move(title)), total_(total), terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::advance() {
  ++done_;
  if (terminal_ && done_ < total_) {
    std::fputs(("\r\033[K" + progress_line(title_, done_, total_)).c_str(), stderr);
    shown_ = true;
  }
}

void Progress::clear() {
  if (shown_) {
    std::fputs("\r\033[K", stderr);
    shown_ = false;
  }
}

}  // namespace arete::report
