// A file that others write bit by bit (an encoder, a library that wants a name) and that appears
// under its own name only when it is complete. Not here: bytes that are at hand
// (Files::write_atomic). Threads: serial. Errors: as Files; all name the path.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "base/result.hpp"
#include "io/files.hpp"

namespace arete::io {

/// A name beside `path` that no other writer uses.
[[nodiscard]] Path temporary_beside(const Path& path);
/// Makes a renaming in the folder of `path` last.
[[nodiscard]] Status sync_folder(const Path& path);

class PendingFile {
 public:
  /// Creates an empty file beside `path`; kInvalid if `path` is a folder.
  [[nodiscard]] static Result<PendingFile> create(const Path& path);
  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  /// Removes what was not committed.
  ~PendingFile();

  /// Where to write.
  [[nodiscard]] const Path& temporary() const { return temporary_; }
  /// Puts it in the place of `path`, for good. Once.
  [[nodiscard]] Status commit();

 private:
  PendingFile(Path path, Path temporary)
      : path_(std::move(path)), temporary_(std::move(temporary)) {}

  Path path_;
  Path temporary_;  ///< empty = nothing to remove
};

}  // namespace arete::io
