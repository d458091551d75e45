// SPDX-License-Identifier: Apache-2.0
#include "latch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "arete/plugin.hpp"

namespace arete_null {

using arete::plugin::Failure;

Latch::Latch(int release_fd)
    : release_fd_(release_fd), stop_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (stop_fd_ < 0) {
    throw Failure(ARETE_IO, "no event descriptor to be had");
  }
}

Latch::~Latch() { ::close(stop_fd_); }

void Latch::stop() noexcept {
  const std::uint64_t one = 1;
  // It can only fail when the counter is full, and then the event is there anyway.
  static_cast<void>(::write(stop_fd_, &one, sizeof(one)));
}

void Latch::wait(const std::function<bool()>& stopped) {
  while (!stopped()) {
    // poll() ignores a negative descriptor.
    std::array<pollfd, 2> events{{{stop_fd_, POLLIN, 0}, {release_fd_, POLLIN, 0}}};
    if (::poll(events.data(), events.size(), -1) < 0) {
      continue;
    }
    if (events[0].revents != 0) {
      std::uint64_t count = 0;  // perhaps a late stop of the run before: then go on waiting
      static_cast<void>(::read(stop_fd_, &count, sizeof(count)));
    } else if ((events[1].revents & POLLIN) != 0) {
      char byte = 0;
      if (::read(release_fd_, &byte, 1) == 1) {
        return;
      }
    } else if (events[1].revents != 0) {
      throw Failure(ARETE_INVALID, "option 'release_fd': the pipe is closed");
    }
  }
}

}  // namespace arete_null
