// The way to files: reading with a limit or piece by piece, mapping, atomic writing, listing. An
// interface, the real one (PosixFiles); the fake is memory_files.hpp, the one that fails on purpose
// faulty_files.hpp. Threads: PosixFiles and MemoryFiles may be used from any, and so what they
// open. Errors: kNotFound, kDenied, kNoSpace, kIo, and kInvalid for a folder where a file is
// wanted; all name the path.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace arete::io {

using Path = std::filesystem::path;

enum class FileKind : std::uint8_t { kMissing, kFile, kFolder, kOther };

struct FileStatus {
  FileKind kind = FileKind::kMissing;
  std::uint64_t bytes = 0;     ///< of a file
  Nanoseconds modified_at{0};  ///< wall time; 0 where the implementation keeps none
};

struct FolderEntry {
  std::string name;
  FileKind kind = FileKind::kFile;
};

/// Largest file that read() takes unless told otherwise: 1 GiB.
inline constexpr std::uint64_t kDefaultReadLimit = std::uint64_t{1} << 30;

/// A file that is read piece by piece: for what is larger than memory or still being written.
class InputFile {
 public:
  virtual ~InputFile() = default;
  /// Bytes from `offset` on; fewer than asked for only where the file ends, now.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset,
                                                    std::span<std::byte> into) = 0;
};

class Files {
 public:
  virtual ~Files() = default;

  /// The whole file; kNoSpace if it is larger than `byte_limit` (nothing is allocated then).
  [[nodiscard]] virtual Result<Bytes> read(const Path& path, std::uint64_t byte_limit) = 0;
  /// The whole file without copying it. Whoever truncates the file meanwhile kills the reader:
  /// only for files that are replaced, never rewritten in place.
  [[nodiscard]] virtual Result<SharedBytes> map(const Path& path) = 0;
  /// A regular file. Outlives its name, if that is removed or replaced.
  [[nodiscard]] virtual Result<std::unique_ptr<InputFile>> open(const Path& path) = 0;
  /// Old content or new, never a mixture, whenever the power fails; after return it is the new.
  [[nodiscard]] virtual Status write_atomic(const Path& path, ByteView bytes) = 0;
  /// Sorted by name, without "." and "..".
  [[nodiscard]] virtual Result<std::vector<FolderEntry>> list(const Path& folder) = 0;
  /// Follows links. A missing file is kMissing, not an error.
  [[nodiscard]] virtual Result<FileStatus> status(const Path& path) = 0;
  /// A file or an empty folder; kNotFound if there is none.
  [[nodiscard]] virtual Status remove(const Path& path) = 0;
  /// With all parents; no error if it is there.
  [[nodiscard]] virtual Status create_directories(const Path& folder) = 0;
  /// Puts `bytes` behind what is there; makes the file if it is missing. For logs: not synced, and
  /// what failed in the middle leaves a part behind.
  [[nodiscard]] virtual Status append(const Path& path, ByteView bytes) = 0;
  /// A file takes another name in the same file system; what has that name is replaced.
  [[nodiscard]] virtual Status rename(const Path& from, const Path& to) = 0;

  [[nodiscard]] Result<Bytes> read(const Path& path) { return read(path, kDefaultReadLimit); }
  /// Whether a regular file is there and can be looked at.
  [[nodiscard]] bool has_file(const Path& path);
};

/// The machine's files.
class PosixFiles final : public Files {
 public:
  using Files::read;
  [[nodiscard]] Result<Bytes> read(const Path& path, std::uint64_t byte_limit) override;
  [[nodiscard]] Result<SharedBytes> map(const Path& path) override;
  [[nodiscard]] Result<std::unique_ptr<InputFile>> open(const Path& path) override;
  [[nodiscard]] Status write_atomic(const Path& path, ByteView bytes) override;
  [[nodiscard]] Result<std::vector<FolderEntry>> list(const Path& folder) override;
  [[nodiscard]] Result<FileStatus> status(const Path& path) override;
  [[nodiscard]] Status remove(const Path& path) override;
  [[nodiscard]] Status create_directories(const Path& folder) override;
  [[nodiscard]] Status append(const Path& path, ByteView bytes) override;
  [[nodiscard]] Status rename(const Path& from, const Path& to) override;
};

}  // namespace arete::io
