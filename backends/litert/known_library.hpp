// Which builds of LiteRT's library have the interface of abi.hpp. The library tells no version, so
// it is known by its size and a checksum of its bytes: a recognition, not a protection.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace arete_litert {

/// Bytes, modification time and checksum of a library file.
struct LibraryFile {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::uint64_t checksum = 0;
};

/// Throws Failure (ARETE_UNAVAILABLE) if it cannot be read.
[[nodiscard]] LibraryFile look_at(const std::string& path);

/// "2.3.0", or empty for a build that is not known.
[[nodiscard]] std::string version_of(const LibraryFile& file);

}  // namespace arete_litert
