// SPDX-License-Identifier: Apache-2.0
#include "io/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>  // IWYU pragma: keep (rusage)
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "io/descriptor.hpp"
#include "io/spawn.hpp"

namespace arete::io {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Moves bytes between us and the child until it has closed its outputs or time is over.
class Exchange {
 public:
  Exchange(const ProcessRequest& request, Streams& streams, ProcessOutcome& outcome)
      : request_(request), streams_(streams), outcome_(outcome), left_(request.input) {}

  /// False when the deadline passed first.
  bool run(SteadyClock::time_point start) {
    while (streams_.output.reader.valid() || streams_.errors.reader.valid()) {
      const int wait_ms = remaining_ms(start);
      if (wait_ms == 0) {
        return false;
      }
      std::array<pollfd, 3> polled{{{streams_.output.reader.get(), POLLIN, 0},
                                    {streams_.errors.reader.get(), POLLIN, 0},
                                    {streams_.input.writer.get(), POLLOUT, 0}}};
      if (::poll(polled.data(), polled.size(), wait_ms) <= 0) {
        continue;
      }
      receive(polled[0], streams_.output.reader, outcome_.output);
      receive(polled[1], streams_.errors.reader, outcome_.errors);
      send(polled[2]);
    }
    return true;
  }

  /// -1 = no deadline.
  [[nodiscard]] int remaining_ms(SteadyClock::time_point start) const {
    if (!request_.deadline.has_value()) {
      return -1;
    }
    const auto left = start + *request_.deadline - SteadyClock::now();
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<long long>(ms, 0, INT_MAX));
  }

 private:
  void receive(const pollfd& polled, Descriptor& reader, std::string& kept) {
    if (polled.revents == 0) {
      return;
    }
    std::array<char, 65536> buffer{};
    const ssize_t got = ::read(reader.get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
      return;
    }
    if (got <= 0) {
      reader.reset();
      return;
    }
    const std::size_t room = request_.output_limit - kept.size();
    const std::size_t take = std::min(room, static_cast<std::size_t>(got));
    kept.append(buffer.data(), take);
    outcome_.truncated = outcome_.truncated || take < static_cast<std::size_t>(got);
  }

  void send(const pollfd& polled) {
    if (polled.revents == 0) {
      return;
    }
    const ssize_t sent = ::write(streams_.input.writer.get(), left_.data(), left_.size());
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) {
      return;
    }
    // A child that does not want its input is no error of ours.
    left_.remove_prefix(sent < 0 ? left_.size() : static_cast<std::size_t>(sent));
    if (left_.empty()) {
      streams_.input.writer.reset();
    }
  }

  const ProcessRequest& request_;
  Streams& streams_;
  ProcessOutcome& outcome_;
  std::string_view left_;
};

/// True when the child has ended. It closed its outputs, so it is about to; only a child that
/// closes them and lives on is asked again, every few milliseconds, until the deadline.
bool reap(pid_t child, const Exchange& exchange, SteadyClock::time_point start, int& status,
          rusage& usage) {
  const bool bounded = exchange.remaining_ms(start) >= 0;
  while (true) {
    const pid_t ended = ::wait4(child, &status, bounded ? WNOHANG : 0, &usage);
    if (ended == child || (ended < 0 && errno != EINTR)) {
      return true;
    }
    if (bounded && exchange.remaining_ms(start) == 0) {
      return false;
    }
    if (bounded) {
      ::poll(nullptr, 0, 2);
    }
  }
}

}  // namespace

Result<ProcessOutcome> PosixProcesses::run(const ProcessRequest& request) {
  const auto start_time = SteadyClock::now();
  Streams streams;
  ARETE_TRY_ASSIGN(streams.input, make_pipe());
  ARETE_TRY_ASSIGN(streams.output, make_pipe());
  ARETE_TRY_ASSIGN(streams.errors, make_pipe());
  ::fcntl(streams.input.writer.get(), F_SETFL, O_NONBLOCK);
  const PipeSignalBlocked blocked;
  ARETE_TRY_ASSIGN(const pid_t child, spawn(request, streams));
  streams.input.reader.reset();
  streams.output.writer.reset();
  streams.errors.writer.reset();
  if (request.input.empty()) {
    streams.input.writer.reset();
  }
  ProcessOutcome outcome;
  Exchange exchange(request, streams, outcome);
  int status = 0;
  rusage usage{};
  const bool in_time = exchange.run(start_time) && reap(child, exchange, start_time, status, usage);
  if (!in_time) {
    outcome.timed_out = true;
    ::kill(-child, SIGKILL);
    while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
    }
  }
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  outcome.peak_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  outcome.duration = SteadyClock::now() - start_time;
  return outcome;
}

Result<ProcessOutcome> FakeProcesses::run(const ProcessRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  return answer_(request);
}

std::vector<ProcessRequest> FakeProcesses::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

}  // namespace arete::io
