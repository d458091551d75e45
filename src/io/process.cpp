// SPDX-License-Identifier: Apache-2.0
#include "io/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
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
#include "io/errno.hpp"

extern char** environ;

namespace arete::io {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail_errno("make", "a pipe");
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Ours with the additions; an addition replaces what has its name.
std::vector<std::string> environment_of(const ProcessRequest& request) {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    const bool replaced = std::ranges::any_of(
        request.environment, [name](const auto& added) { return added.first == name; });
    if (!replaced) {
      variables.emplace_back(text);
    }
  }
  for (const auto& [name, value] : request.environment) {
    variables.push_back(fmt::format("{}={}", name, value));
  }
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

/// posix_spawn's settings, freed whatever happens.
struct SpawnSettings {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

struct Streams {
  Pipe input;
  Pipe output;
  Pipe errors;
};

Result<pid_t> start(const ProcessRequest& request, const Streams& streams) {
  SpawnSettings settings;
  ::posix_spawn_file_actions_adddup2(&settings.actions, streams.input.reader.get(), 0);
  ::posix_spawn_file_actions_adddup2(&settings.actions, streams.output.writer.get(), 1);
  ::posix_spawn_file_actions_adddup2(&settings.actions, streams.errors.writer.get(), 2);
  if (!request.folder.empty()) {
    ::posix_spawn_file_actions_addchdir_np(&settings.actions, request.folder.c_str());
  }
  // A group of its own, so that its children can be killed with it; signals as they come new.
  sigset_t none;
  sigemptyset(&none);
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  ::posix_spawnattr_setsigmask(&settings.attributes, &none);
  ::posix_spawnattr_setsigdefault(&settings.attributes, &pipe_signal);
  ::posix_spawnattr_setpgroup(&settings.attributes, 0);
  ::posix_spawnattr_setflags(
      &settings.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> arguments{request.program};
  arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
  std::vector<std::string> environment = environment_of(request);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, request.program.c_str(), &settings.actions, &settings.attributes,
                     argument_pointers.data(), environment_pointers.data());
  if (failed != 0) {
    return fail_errno("start", request.program, failed);
  }
  return child;
}

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

/// Writing to a child that has gone must not kill us: SIGPIPE off in this thread, for a while.
class PipeSignalBlocked {
 public:
  PipeSignalBlocked() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  PipeSignalBlocked(const PipeSignalBlocked&) = delete;
  PipeSignalBlocked& operator=(const PipeSignalBlocked&) = delete;
  ~PipeSignalBlocked() {
    const timespec now{};
    while (::sigtimedwait(&signal_, nullptr, &now) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t signal_{};
  sigset_t before_{};
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
  ARETE_TRY_ASSIGN(const pid_t child, start(request, streams));
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
