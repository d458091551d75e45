// SPDX-License-Identifier: Apache-2.0
#include "io/faulty_files.hpp"

#include <algorithm>
#include <utility>

namespace arete::io {

/// A file that fails when the plan of its FaultyFiles says so.
class FaultyInputFile final : public InputFile {
 public:
  FaultyInputFile(FaultyFiles& files, Path path, std::unique_ptr<InputFile> inner)
      : files_(files), path_(std::move(path)), inner_(std::move(inner)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    ARETE_TRY(files_.begin(path_));
    return inner_->read_at(offset, into);
  }

 private:
  FaultyFiles& files_;
  Path path_;
  std::unique_ptr<InputFile> inner_;
};

Status FaultyFiles::begin(const Path& path) {
  ++calls_;
  if (power_lost_) {
    return fail_at(path.native(), ErrorCode::kUnavailable, "{}: the power is off", path.native());
  }
  if (plan_.fail_call == calls_) {
    return fail_at(path.native(), plan_.error, "{}: call {} fails by plan", path.native(), calls_);
  }
  return {};
}

Result<Bytes> FaultyFiles::read(const Path& path, std::uint64_t byte_limit) {
  ARETE_TRY(begin(path));
  return inner_.read(path, byte_limit);
}

Result<SharedBytes> FaultyFiles::map(const Path& path) {
  ARETE_TRY(begin(path));
  return inner_.map(path);
}

Result<std::unique_ptr<InputFile>> FaultyFiles::open(const Path& path) {
  ARETE_TRY(begin(path));
  ARETE_TRY_ASSIGN(auto inner, inner_.open(path));
  return std::make_unique<FaultyInputFile>(*this, path, std::move(inner));
}

Status FaultyFiles::write_atomic(const Path& path, ByteView bytes) {
  ARETE_TRY(begin(path));
  ++writes_;
  if (plan_.power_loss_at_write == writes_) {
    return lose_power(path, bytes);
  }
  if (plan_.space_left.has_value()) {
    if (bytes.size() > *plan_.space_left) {
      return fail_at(path.native(), ErrorCode::kNoSpace, "cannot write {}: the disk is full",
                     path.native());
    }
    *plan_.space_left -= bytes.size();
  }
  return inner_.write_atomic(path, bytes);
}

Status FaultyFiles::lose_power(const Path& path, ByteView bytes) {
  power_lost_ = true;
  if (plan_.power_loss == PowerLoss::kBeforeRename) {
    Path torn = ".";
    torn += path.filename();
    torn += ".torn.tmp";
    ARETE_TRY(inner_.write_atomic(path.parent_path() / torn, bytes.first(bytes.size() / 2)));
  } else if (!plan_.forgets_unsynced) {
    ARETE_TRY(inner_.write_atomic(path, bytes));
  }
  return fail_at(path.native(), ErrorCode::kUnavailable, "{}: the power went", path.native());
}

Result<std::vector<FolderEntry>> FaultyFiles::list(const Path& folder) {
  ARETE_TRY(begin(folder));
  return inner_.list(folder);
}

Result<FileStatus> FaultyFiles::status(const Path& path) {
  ARETE_TRY(begin(path));
  return inner_.status(path);
}

Status FaultyFiles::remove(const Path& path) {
  ARETE_TRY(begin(path));
  return inner_.remove(path);
}

Status FaultyFiles::append(const Path& path, ByteView bytes) {
  ARETE_TRY(begin(path));
  if (plan_.space_left.has_value()) {
    const ByteView fits = bytes.first(std::min<std::uint64_t>(bytes.size(), *plan_.space_left));
    *plan_.space_left -= fits.size();
    ARETE_TRY(inner_.append(path, fits));
    if (fits.size() < bytes.size()) {
      return fail_at(path.native(), ErrorCode::kNoSpace, "cannot write {}: the disk is full",
                     path.native());
    }
    return {};
  }
  return inner_.append(path, bytes);
}

Status FaultyFiles::rename(const Path& from, const Path& to) {
  ARETE_TRY(begin(from));
  return inner_.rename(from, to);
}

Status FaultyFiles::create_directories(const Path& folder) {
  ARETE_TRY(begin(folder));
  return inner_.create_directories(folder);
}

}  // namespace arete::io
