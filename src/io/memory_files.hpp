// Files in memory, for tests: the contract of Files without a disk. "/" and "" are one root.
// Threads: safe from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "io/files.hpp"

namespace arete::io {

class MemoryFiles final : public Files {
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

  /// A file with its folders, for the start of a test.
  void put(const Path& path, std::string_view text);
  /// Bytes of all files together.
  [[nodiscard]] std::uint64_t bytes_total() const;

 private:
  [[nodiscard]] Result<SharedBytes> find(const std::string& key, const Path& path) const;

  mutable std::mutex mutex_;
  std::map<std::string, SharedBytes> files_;
  std::set<std::string> folders_;
};

}  // namespace arete::io
