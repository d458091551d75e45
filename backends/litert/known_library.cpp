// SPDX-License-Identifier: Apache-2.0
#include "known_library.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "arete/plugin.hpp"

namespace arete_litert {
namespace {

using arete::plugin::Failure;

struct KnownBuild {
  std::uint64_t bytes;
  std::uint64_t checksum;
  const char* version;
};

constexpr KnownBuild kKnownBuilds[] = {
    {8039424, 0x6f4494e1cdd6f58fU, "2.3.0"},  // x86-64
    {5991672, 0x41c263882d6dfc72U, "2.3.0"},  // aarch64
};

/// FNV-1a, over words of 8 bytes because it is done at each start.
std::uint64_t checksum_of(const unsigned char* data, std::uint64_t bytes) {
  constexpr std::uint64_t kPrime = 1099511628211U;
  std::uint64_t sum = 14695981039346656037U;
  for (std::uint64_t at = 0; at < bytes; at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + at, std::min<std::uint64_t>(sizeof(word), bytes - at));
    sum = (sum ^ word) * kPrime;
  }
  return sum;
}

[[noreturn]] void cannot_read(const std::string& path) {
  throw Failure(ARETE_UNAVAILABLE, path + ": " + std::strerror(errno));
}

}  // namespace

LibraryFile look_at(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    cannot_read(path);
  }
  struct stat facts{};
  const bool known = ::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
  const auto bytes = static_cast<std::size_t>(facts.st_size);
  void* const memory =
      known ? ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
  ::close(descriptor);
  if (memory == MAP_FAILED) {
    cannot_read(path);
  }
  constexpr std::int64_t kSecond = 1'000'000'000;
  LibraryFile file;
  file.bytes = bytes;
  file.modified_ns = facts.st_mtim.tv_sec * kSecond + facts.st_mtim.tv_nsec;
  file.checksum = checksum_of(static_cast<const unsigned char*>(memory), bytes);
  ::munmap(memory, bytes);
  return file;
}

std::string version_of(const LibraryFile& file) {
  for (const KnownBuild& build : kKnownBuilds) {
    if (build.bytes == file.bytes && build.checksum == file.checksum) {
      return build.version;
    }
  }
  return "";
}

}  // namespace arete_litert
