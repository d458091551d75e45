// Files that fail on purpose, around other Files: the nth call fails, the disk is full, or the
// power goes in the middle of a write. For tests of everything that must survive it.
// Threads: one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "io/files.hpp"

namespace arete::io {

/// Where in write_atomic() the power goes.
enum class PowerLoss : std::uint8_t {
  kBeforeRename,  ///< the new bytes lie half-written under another name; the old content stays
  kAfterRename,   ///< renamed, but the folder was not synced: the disk may forget it
};

struct FaultPlan {
  /// Calls of any kind counted from 1; this one fails with `error`, the others work.
  std::optional<int> fail_call = std::nullopt;
  ErrorCode error = ErrorCode::kIo;
  /// Bytes that may be written in all; beyond, writing fails with kNoSpace.
  std::optional<std::uint64_t> space_left = std::nullopt;
  /// The write, counted from 1, in which the power goes. Everything after fails with kUnavailable
  /// until restart().
  std::optional<int> power_loss_at_write = std::nullopt;
  PowerLoss power_loss = PowerLoss::kBeforeRename;
  /// For kAfterRename: whether the disk forgets the rename.
  bool forgets_unsynced = true;
};

class FaultyFiles final : public Files {
 public:
  /// `inner` must outlive this.
  FaultyFiles(Files& inner, FaultPlan plan) : inner_(inner), plan_(plan) {}

  using Files::read;
  [[nodiscard]] Result<Bytes> read(const Path& path, std::uint64_t byte_limit) override;
  [[nodiscard]] Result<SharedBytes> map(const Path& path) override;
  /// Each read_at() of the file is a call too; the file must not outlive this.
  [[nodiscard]] Result<std::unique_ptr<InputFile>> open(const Path& path) override;
  [[nodiscard]] Status write_atomic(const Path& path, ByteView bytes) override;
  [[nodiscard]] Result<std::vector<FolderEntry>> list(const Path& folder) override;
  [[nodiscard]] Result<FileStatus> status(const Path& path) override;
  [[nodiscard]] Status remove(const Path& path) override;
  [[nodiscard]] Status create_directories(const Path& folder) override;
  [[nodiscard]] Status append(const Path& path, ByteView bytes) override;
  [[nodiscard]] Status rename(const Path& from, const Path& to) override;

  /// The power is back.
  void restart() { power_lost_ = false; }
  [[nodiscard]] int calls() const { return calls_; }
  [[nodiscard]] int writes() const { return writes_; }

 private:
  friend class FaultyInputFile;
  [[nodiscard]] Status begin(const Path& path);
  [[nodiscard]] Status lose_power(const Path& path, ByteView bytes);

  Files& inner_;
  FaultPlan plan_;
  int calls_ = 0;
  int writes_ = 0;
  bool power_lost_ = false;
};

}  // namespace arete::io
