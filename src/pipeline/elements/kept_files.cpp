// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/kept_files.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace arete::pipeline {

Status KeptFiles::open_folder() {
  ARETE_TRY(files_.create_directories(folder_));
  if (most_ > 0) {
    ARETE_TRY_ASSIGN(const auto entries, files_.list(folder_));
    std::vector<std::pair<Nanoseconds, std::string>> found;
    for (const io::FolderEntry& entry : entries) {
      if (entry.kind == io::FileKind::kFile && is_ours_(entry.name)) {
        ARETE_TRY_ASSIGN(const io::FileStatus status, files_.status(folder_ / entry.name));
        found.emplace_back(status.modified_at, entry.name);
      }
    }
    std::ranges::sort(found);
    for (auto& [time, name] : found) {
      names_.push_back(std::move(name));
    }
  }
  opened_ = true;
  return {};
}

Result<io::Path> KeptFiles::write(const std::string& name, ByteView bytes) {
  if (!opened_) {
    ARETE_TRY(open_folder());
  }
  if (most_ > 0) {
    std::erase(names_, name);  // it is replaced
    while (names_.size() >= most_) {
      const Status removed = files_.remove(folder_ / names_.front());
      if (!removed && removed.error().code() != ErrorCode::kNotFound) {
        return std::unexpected<Error>(removed.error());
      }
      names_.pop_front();
    }
  }
  io::Path path = folder_ / name;
  ARETE_TRY(files_.write_atomic(path, bytes));
  if (most_ > 0) {
    names_.push_back(name);
  }
  return path;
}

}  // namespace arete::pipeline
