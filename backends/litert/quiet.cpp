// SPDX-License-Identifier: Apache-2.0
#include "quiet.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "arete/plugin.hpp"

namespace arete_litert {

Diverted::Diverted() {
  std::fflush(stderr);
  kept_ = ::dup(STDERR_FILENO);
  memory_ = ::memfd_create("arete_litert_stderr", MFD_CLOEXEC);
  if (kept_ >= 0 && memory_ >= 0) {
    ::dup2(memory_, STDERR_FILENO);
  }
}

Diverted::~Diverted() {
  if (kept_ >= 0 && memory_ >= 0) {
    std::fflush(stderr);
    ::dup2(kept_, STDERR_FILENO);
    std::array<char, 4096> text{};
    const ssize_t got = ::pread(memory_, text.data(), text.size() - 1, 0);
    std::string lines(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!lines.empty() && lines.back() == '\n') {
      lines.pop_back();
    }
    if (!lines.empty()) {
      arete::plugin::log(0, lines.c_str());
    }
  }
  for (const int descriptor : {kept_, memory_}) {
    if (descriptor >= 0) {
      ::close(descriptor);
    }
  }
}

}  // namespace arete_litert
