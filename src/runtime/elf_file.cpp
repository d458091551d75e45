// SPDX-License-Identifier: Apache-2.0
#include "runtime/elf_file.hpp"

#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace arete::runtime {
namespace {

template <class T>
bool read_struct(std::ifstream& file, std::uint64_t offset, T& out) {
  file.seekg(static_cast<std::streamoff>(offset));
  // The bytes are the struct by definition of the format.
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&out), sizeof(T)));
}

constexpr unsigned char kOwnClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;

}  // namespace

Status check_whole_elf(const std::string& path) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) {
    return fail(ErrorCode::kUnavailable, "{}: cannot be read", path);
  }
  ElfW(Ehdr) header{};
  if (!read_struct(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != kOwnClass || header.e_phentsize != sizeof(ElfW(Phdr))) {
    return fail(ErrorCode::kUnavailable, "{}: not a shared library of this machine", path);
  }
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment{};
    // Offsets beyond 2^62 would wrap around; no file is that long.
    const bool readable =
        header.e_phoff < size && read_struct(file, header.e_phoff + i * sizeof(segment), segment);
    if (!readable || segment.p_offset > size || segment.p_filesz > size - segment.p_offset) {
      return fail(ErrorCode::kUnavailable, "{}: truncated, it has {} bytes", path, size);
    }
  }
  return {};
}

}  // namespace arete::runtime
