// SPDX-License-Identifier: Apache-2.0
#include "report/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "report/table.hpp"
#include "report/units.hpp"

namespace arete::report {
namespace {

constexpr Nanoseconds kRedrawAfter = std::chrono::milliseconds(100);
constexpr std::size_t kWidth = 78;

void write_stderr(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::string progress_line(std::string_view title, std::uint64_t done, std::uint64_t total,
                          Nanoseconds elapsed, std::size_t width) {
  done = std::min(done, total);
  const double part = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  const std::string tail = fmt::format("{:3.0f}% {}/{} {}", std::min(part * 100, 100.0), done,
                                       total, human_duration(elapsed));
  const std::size_t used = display_width(title) + tail.size() + 4;
  const std::size_t room = width > used ? width - used : 0;
  if (room < 4) {
    return fmt::format("{} {}", title, tail);
  }
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(room));
  return fmt::format("{} [{}{}] {}", title, std::string(filled, '#'),
                     std::string(room - filled, '.'), tail);
}

Progress Progress::on_terminal(Clock& clock, std::string title, std::uint64_t total) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  return {clock, std::move(title), total, terminal ? Sink(write_stderr) : Sink()};
}

Progress::Progress(Clock& clock, std::string title, std::uint64_t total, Sink sink)
    : clock_(&clock),
      title_(std::move(title)),
      total_(total),
      sink_(std::move(sink)),
      started_(clock.monotonic()) {}

void Progress::update(std::uint64_t done) {
  if (!sink_) {
    return;
  }
  const Nanoseconds now = clock_->monotonic();
  if (visible_ && done < total_ && now - drawn_ < kRedrawAfter) {
    return;
  }
  drawn_ = now;
  visible_ = true;
  sink_("\r\x1b[K" + progress_line(title_, done, total_, now - started_, kWidth));
}

void Progress::finish() {
  if (sink_ && visible_) {
    sink_("\r\x1b[K");
    visible_ = false;
  }
}

}  // namespace arete::report
