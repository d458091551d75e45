// SPDX-License-Identifier: Apache-2.0
#include "io/memory_files.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/errno.hpp"

namespace arete::io {
namespace {

/// One spelling a file: "/a/b" for "a/b", "/a/./b" and "a//b".
std::string key_of(const Path& path) {
  std::string key = ("/" / path.relative_path()).lexically_normal().native();
  while (key.size() > 1 && key.ends_with('/')) {
    key.pop_back();
  }
  return key;
}

std::string parent_of(const std::string& key) {
  const std::size_t slash = key.rfind('/');
  return slash == 0 ? "/" : key.substr(0, slash);
}

class MemoryInputFile final : public InputFile {
 public:
  explicit MemoryInputFile(SharedBytes bytes) : bytes_(std::move(bytes)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= bytes_.size()) {
      return std::size_t{0};
    }
    const ByteView rest = bytes_.view().subspan(offset);
    const std::size_t size = std::min(rest.size(), into.size());
    std::ranges::copy(rest.first(size), into.begin());
    return size;
  }

 private:
  SharedBytes bytes_;
};

}  // namespace

Result<SharedBytes> MemoryFiles::find(const std::string& key, const Path& path) const {
  const auto found = files_.find(key);
  if (found != files_.end()) {
    return found->second;
  }
  if (key == "/" || folders_.contains(key)) {
    return fail_at(path.native(), ErrorCode::kInvalid, "{} is a folder, not a file", path.native());
  }
  return fail_errno("open", path.native(), ENOENT);
}

Result<Bytes> MemoryFiles::read(const Path& path, std::uint64_t byte_limit) {
  const std::lock_guard lock(mutex_);
  ARETE_TRY_ASSIGN(const SharedBytes found, find(key_of(path), path));
  if (found.size() > byte_limit) {
    return fail_at(path.native(), ErrorCode::kNoSpace, "{} has {} bytes, more than the limit of {}",
                   path.native(), found.size(), byte_limit);
  }
  return Bytes(found.view().begin(), found.view().end());
}

Result<SharedBytes> MemoryFiles::map(const Path& path) {
  const std::lock_guard lock(mutex_);
  return find(key_of(path), path);
}

Result<std::unique_ptr<InputFile>> MemoryFiles::open(const Path& path) {
  ARETE_TRY_ASSIGN(SharedBytes found, map(path));
  return std::make_unique<MemoryInputFile>(std::move(found));
}

Status MemoryFiles::write_atomic(const Path& path, ByteView bytes) {
  const std::lock_guard lock(mutex_);
  const std::string key = key_of(path);
  if (key == "/" || folders_.contains(key)) {
    return fail_errno("replace", path.native(), EISDIR);
  }
  const std::string parent = parent_of(key);
  if (parent != "/" && !folders_.contains(parent)) {
    return fail_errno("create", path.native(), ENOENT);
  }
  files_.insert_or_assign(key, SharedBytes(Bytes(bytes.begin(), bytes.end())));
  return {};
}

Result<std::vector<FolderEntry>> MemoryFiles::list(const Path& folder) {
  const std::lock_guard lock(mutex_);
  const std::string key = key_of(folder);
  if (key != "/" && !folders_.contains(key)) {
    return fail_errno("list", folder.native(), ENOENT);
  }
  std::map<std::string, FileKind> children;
  for (const auto& [name, bytes] : files_) {
    if (parent_of(name) == key) {
      children.emplace(name.substr(name.rfind('/') + 1), FileKind::kFile);
    }
  }
  for (const std::string& name : folders_) {
    if (parent_of(name) == key) {
      children.emplace(name.substr(name.rfind('/') + 1), FileKind::kFolder);
    }
  }
  std::vector<FolderEntry> entries;
  for (const auto& [name, kind] : children) {
    entries.push_back({name, kind});
  }
  return entries;
}

Result<FileStatus> MemoryFiles::status(const Path& path) {
  const std::lock_guard lock(mutex_);
  const std::string key = key_of(path);
  if (key == "/" || folders_.contains(key)) {
    return FileStatus{.kind = FileKind::kFolder};
  }
  const auto found = files_.find(key);
  if (found == files_.end()) {
    return FileStatus{};
  }
  return FileStatus{.kind = FileKind::kFile, .bytes = found->second.size()};
}

Status MemoryFiles::remove(const Path& path) {
  const std::lock_guard lock(mutex_);
  const std::string key = key_of(path);
  if (files_.erase(key) > 0) {
    return {};
  }
  if (!folders_.contains(key)) {
    return fail_errno("remove", path.native(), ENOENT);
  }
  const std::string inside = key + "/";
  const auto file = files_.lower_bound(inside);
  const auto folder = folders_.lower_bound(inside);
  if ((file != files_.end() && file->first.starts_with(inside)) ||
      (folder != folders_.end() && folder->starts_with(inside))) {
    return fail_errno("remove", path.native(), ENOTEMPTY);
  }
  folders_.erase(key);
  return {};
}

Status MemoryFiles::create_directories(const Path& folder) {
  const std::lock_guard lock(mutex_);
  std::set<std::string> made;
  for (std::string key = key_of(folder); key != "/"; key = parent_of(key)) {
    if (files_.contains(key)) {
      return fail_errno("create folder", folder.native(), ENOTDIR);
    }
    made.insert(key);
  }
  folders_.merge(made);
  return {};
}

Status MemoryFiles::append(const Path& path, ByteView bytes) {
  Bytes all;
  if (has_file(path)) {
    ARETE_TRY_ASSIGN(all, read(path));
  }
  all.insert(all.end(), bytes.begin(), bytes.end());
  return write_atomic(path, all);
}

Status MemoryFiles::rename(const Path& from, const Path& to) {
  ARETE_TRY_ASSIGN(const SharedBytes bytes, map(from));
  ARETE_TRY(write_atomic(to, bytes.view()));
  return key_of(from) == key_of(to) ? Status() : remove(from);
}

void MemoryFiles::put(const Path& path, std::string_view text) {
  ARETE_CHECK(create_directories(parent_of(key_of(path))).has_value());
  ARETE_CHECK(write_atomic(path, as_bytes(text)).has_value());
}

std::uint64_t MemoryFiles::bytes_total() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t total = 0;
  for (const auto& [name, bytes] : files_) {
    total += bytes.size();
  }
  return total;
}

}  // namespace arete::io
