// SPDX-License-Identifier: Apache-2.0
#include "io/child.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstring>

#include "io/spawn.hpp"

namespace arete::io {
namespace {

Nanoseconds steady_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

int milliseconds_until(Nanoseconds deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, INT_MAX));
}

}  // namespace

Result<Child> Child::start(const ProcessRequest& request) {
  Streams streams;
  ARETE_TRY_ASSIGN(streams.input, make_pipe());
  ARETE_TRY_ASSIGN(streams.output, make_pipe());
  ARETE_TRY_ASSIGN(const pid_t pid, spawn(request, streams));
  return Child(pid, std::move(streams.input.writer), std::move(streams.output.reader));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      buffer_(std::move(other.buffer_)) {}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    static_cast<void>(gone());
  }
}

Error Child::gone() {
  input_.reset();
  int status = 0;
  while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  if (WIFSIGNALED(status)) {
    return {ErrorCode::kIo, fmt::format("the process was ended by signal {} ({})", WTERMSIG(status),
                                        ::strsignal(WTERMSIG(status)))};
  }
  return {ErrorCode::kIo, fmt::format("the process ended with exit code {} and gave no answer",
                                      WEXITSTATUS(status))};
}

Status Child::write_line(std::string_view text) {
  const PipeSignalBlocked blocked;
  const std::string line = std::string(text) + "\n";
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t wrote =
        input_.valid() ? ::write(input_.get(), line.data() + done, line.size() - done) : -1;
    if (wrote < 0 && input_.valid() && errno == EINTR) {
      continue;
    }
    if (wrote < 0) {
      return std::unexpected(gone());
    }
    done += static_cast<std::size_t>(wrote);
  }
  return {};
}

Status Child::receive(Nanoseconds deadline) {
  pollfd polled{output_.get(), POLLIN, 0};
  if (::poll(&polled, 1, milliseconds_until(deadline)) == 0) {
    return fail(ErrorCode::kTimeout, "the process gave no answer in time");
  }
  std::array<char, 65536> block{};
  const ssize_t got = ::read(output_.get(), block.data(), block.size());
  if (got < 0 && errno == EINTR) {
    return {};
  }
  if (got <= 0) {
    return std::unexpected(gone());
  }
  buffer_.append(block.data(), static_cast<std::size_t>(got));
  return {};
}

Result<std::string> Child::read_line(Nanoseconds limit, std::size_t byte_limit) {
  const Nanoseconds deadline = steady_now() + limit;
  std::size_t end = buffer_.find('\n');
  while (end == std::string::npos) {
    if (buffer_.size() > byte_limit) {
      return fail(ErrorCode::kCorrupt, "the process wrote a line above {} bytes", byte_limit);
    }
    const std::size_t searched = buffer_.size();
    ARETE_TRY(receive(deadline));
    end = buffer_.find('\n', searched);
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

Result<Bytes> Child::read_bytes(std::size_t size, Nanoseconds limit) {
  const Nanoseconds deadline = steady_now() + limit;
  while (buffer_.size() < size) {
    ARETE_TRY(receive(deadline));
  }
  Bytes bytes = to_bytes(std::string_view(buffer_).substr(0, size));
  buffer_.erase(0, size);
  return bytes;
}

void Child::end(Nanoseconds limit) {
  input_.reset();
  const Nanoseconds deadline = steady_now() + limit;
  bool closed = false;
  while (pid_ > 0 && !closed) {
    buffer_.clear();
    const Status more = receive(deadline);
    closed = !more;  // ended and reaped, or out of time
  }
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    static_cast<void>(gone());
  }
}

}  // namespace arete::io
