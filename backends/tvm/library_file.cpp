// SPDX-License-Identifier: Apache-2.0
#include "library_file.hpp"

#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "arete/plugin/failure.hpp"

namespace arete_tvm {
namespace {

using arete::plugin::Failure;

#if defined(__x86_64__)
constexpr ElfW(Half) kOwnMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr ElfW(Half) kOwnMachine = EM_AARCH64;
#else
constexpr ElfW(Half) kOwnMachine = EM_NONE;
#endif

template <class Struct>
bool read_at(std::ifstream& file, std::uint64_t offset, Struct& out) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&out), sizeof(Struct)));
}

}  // namespace

void check_library(const std::string& path) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) {
    throw Failure(ARETE_NOT_FOUND, "cannot open " + path);
  }
  ElfW(Ehdr) header{};
  if (!read_at(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    throw Failure(ARETE_UNSUPPORTED, "loads modules compiled by TVM (.so) only, and this is none");
  }
  if (header.e_machine != kOwnMachine || header.e_phentsize != sizeof(ElfW(Phdr))) {
    throw Failure(ARETE_UNSUPPORTED, "the module was compiled for another processor (ELF machine " +
                                         std::to_string(header.e_machine) + ")");
  }
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment{};
    const bool there =
        header.e_phoff < size && read_at(file, header.e_phoff + i * sizeof(segment), segment);
    if (!there || segment.p_offset > size || segment.p_filesz > size - segment.p_offset) {
      throw Failure(ARETE_CORRUPT, "the module is cut short: it has " + std::to_string(size) +
                                       " bytes and promises more");
    }
  }
}

}  // namespace arete_tvm
