// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include "io/descriptor.hpp"
#include "io/errno.hpp"
#include "io/files.hpp"
#include "io/pending_file.hpp"

namespace arete::io {
namespace {

struct OpenFile {
  Descriptor descriptor;
  std::uint64_t bytes = 0;
};

FileKind kind_of_mode(mode_t mode) {
  if (S_ISREG(mode)) {
    return FileKind::kFile;
  }
  return S_ISDIR(mode) ? FileKind::kFolder : FileKind::kOther;
}

/// Opens a regular file; a FIFO or device of that name must not make us wait.
Result<OpenFile> open_regular(const Path& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.valid()) {
    return fail_errno("open", path.native());
  }
  struct stat facts{};
  if (::fstat(descriptor.get(), &facts) != 0) {
    return fail_errno("look at", path.native());
  }
  if (!S_ISREG(facts.st_mode)) {
    return fail_at(path.native(), ErrorCode::kInvalid, "{} is {}, not a file", path.native(),
                   S_ISDIR(facts.st_mode) ? "a folder" : "a device or socket");
  }
  return OpenFile{std::move(descriptor), static_cast<std::uint64_t>(facts.st_size)};
}

Status write_all(int fd, ByteView bytes, const Path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return fail_errno("write", path.native());
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status write_and_sync(const Path& temporary, ByteView bytes) {
  const Descriptor descriptor(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!descriptor.valid()) {
    return fail_errno("create", temporary.native());
  }
  ARETE_TRY(write_all(descriptor.get(), bytes, temporary));
  if (::fsync(descriptor.get()) != 0) {
    return fail_errno("sync", temporary.native());
  }
  return {};
}

class PosixInputFile final : public InputFile {
 public:
  PosixInputFile(Descriptor descriptor, Path path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t filled = 0;
    while (filled < into.size()) {
      const std::uint64_t at = offset + filled;
      if (at < offset || at > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
        break;  // no file reaches there
      }
      const ssize_t got = ::pread(descriptor_.get(), into.data() + filled, into.size() - filled,
                                  static_cast<off_t>(at));
      if (got < 0 && errno != EINTR) {
        return fail_errno("read", path_.native());
      }
      if (got == 0) {
        break;
      }
      filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return filled;
  }

 private:
  Descriptor descriptor_;
  Path path_;
};

}  // namespace

bool Files::has_file(const Path& path) {
  const Result<FileStatus> found = status(path);
  return found.has_value() && found->kind == FileKind::kFile;
}

Result<Bytes> PosixFiles::read(const Path& path, std::uint64_t byte_limit) {
  ARETE_TRY_ASSIGN(const OpenFile file, open_regular(path));
  if (file.bytes > byte_limit) {
    return fail_at(path.native(), ErrorCode::kNoSpace, "{} has {} bytes, more than the limit of {}",
                   path.native(), file.bytes, byte_limit);
  }
  Bytes bytes(file.bytes);
  std::size_t filled = 0;
  while (true) {
    // Files of /proc and /sys say 0 bytes and have some; others may grow while we read.
    if (filled == bytes.size()) {
      bytes.resize(filled + std::min<std::uint64_t>(4096, byte_limit - filled) + 1);
    }
    const ssize_t got = ::read(file.descriptor.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno != EINTR) {
      return fail_errno("read", path.native());
    }
    if (got == 0) {
      break;
    }
    filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    if (filled > byte_limit) {
      return fail_at(path.native(), ErrorCode::kNoSpace, "{} has more bytes than the limit of {}",
                     path.native(), byte_limit);
    }
  }
  bytes.resize(filled);
  return bytes;
}

Result<SharedBytes> PosixFiles::map(const Path& path) {
  ARETE_TRY_ASSIGN(const OpenFile file, open_regular(path));
  if (file.bytes == 0) {
    return SharedBytes();
  }
  const std::size_t size = file.bytes;
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor.get(), 0);
  if (address == MAP_FAILED) {
    return fail_errno("map", path.native());
  }
  std::shared_ptr<const std::byte> owner(
      static_cast<const std::byte*>(address),
      [address, size](const std::byte*) { ::munmap(address, size); });
  return SharedBytes(std::move(owner), size);
}

Result<std::unique_ptr<InputFile>> PosixFiles::open(const Path& path) {
  ARETE_TRY_ASSIGN(OpenFile file, open_regular(path));
  return std::make_unique<PosixInputFile>(std::move(file.descriptor), path);
}

Status PosixFiles::write_atomic(const Path& path, ByteView bytes) {
  const Path temporary = temporary_beside(path);
  Status written = write_and_sync(temporary, bytes);
  if (written.has_value() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = fail_errno("replace", path.native());
  }
  if (!written.has_value()) {
    ::unlink(temporary.c_str());
    return std::unexpected<Error>(
        std::move(written).error().with_context(fmt::format("writing {}", path.native())));
  }
  return sync_folder(path);
}

Result<std::vector<FolderEntry>> PosixFiles::list(const Path& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (open == nullptr) {
    return fail_errno("list", folder.native());
  }
  std::vector<FolderEntry> entries;
  while (true) {
    errno = 0;
    const dirent* found = ::readdir(open.get());
    if (found == nullptr) {
      break;
    }
    std::string name = static_cast<const char*>(found->d_name);
    if (name == "." || name == "..") {
      continue;
    }
    struct stat facts{};
    // A dangling link has no target to follow: it is kOther.
    const bool known = ::fstatat(::dirfd(open.get()), name.c_str(), &facts, 0) == 0;
    entries.push_back({std::move(name), known ? kind_of_mode(facts.st_mode) : FileKind::kOther});
  }
  if (errno != 0) {
    return fail_errno("list", folder.native());
  }
  std::ranges::sort(entries, {}, &FolderEntry::name);
  return entries;
}

Result<FileStatus> PosixFiles::status(const Path& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return FileStatus{};
    }
    return fail_errno("look at", path.native());
  }
  const FileKind kind = kind_of_mode(facts.st_mode);
  const Nanoseconds modified =
      std::chrono::seconds(facts.st_mtim.tv_sec) + Nanoseconds(facts.st_mtim.tv_nsec);
  return FileStatus{kind, kind == FileKind::kFile ? static_cast<std::uint64_t>(facts.st_size) : 0,
                    modified};
}

Status PosixFiles::remove(const Path& path) {
  if (::remove(path.c_str()) != 0) {
    return fail_errno("remove", path.native());
  }
  return {};
}

Status PosixFiles::create_directories(const Path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail_errno("create folder", folder.native(), error.value());
  }
  return {};
}

Status PosixFiles::append(const Path& path, ByteView bytes) {
  // O_NONBLOCK: a FIFO that nobody reads must not make us wait.
  const Descriptor descriptor(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
  if (!descriptor.valid()) {
    return fail_errno("open", path.native());
  }
  return write_all(descriptor.get(), bytes, path);
}

Status PosixFiles::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return fail_errno("rename", from.native());
  }
  return {};
}

}  // namespace arete::io
