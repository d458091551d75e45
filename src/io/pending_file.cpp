// SPDX-License-Identifier: Apache-2.0
#include "io/pending_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "io/descriptor.hpp"
#include "io/errno.hpp"

namespace arete::io {

Path temporary_beside(const Path& path) {
  static std::atomic<unsigned> counter{0};
  Path name = ".";
  name += path.filename();
  name += "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
  return path.parent_path() / name;
}

Status sync_folder(const Path& path) {
  const Path folder = path.has_parent_path() ? path.parent_path() : Path(".");
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) {
    return fail_errno("open", folder.native());
  }
  // Some file systems cannot sync a folder and say EINVAL: they have nothing to lose there.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL) {
    return fail_errno("sync", folder.native());
  }
  return {};
}

Result<PendingFile> PendingFile::create(const Path& path) {
  std::error_code error;
  if (!path.has_filename() || std::filesystem::is_directory(path, error)) {
    return fail_at(path.native(), ErrorCode::kInvalid, "{} is a folder, not a file", path.native());
  }
  Path temporary = temporary_beside(path);
  const Descriptor made(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!made.valid()) {
    return fail_errno("create", path.native());
  }
  return PendingFile(path, std::move(temporary));
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, Path())) {}

PendingFile::~PendingFile() {
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
  }
}

Status PendingFile::commit() {
  {
    const Descriptor written(::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!written.valid() || ::fsync(written.get()) != 0) {
      return fail_errno("sync", path_.native());
    }
  }
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return fail_errno("replace", path_.native());
  }
  temporary_.clear();
  return sync_folder(path_);
}

}  // namespace arete::io
