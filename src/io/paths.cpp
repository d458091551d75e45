// SPDX-License-Identifier: Apache-2.0
#include "io/paths.hpp"

#include <algorithm>
#include <cstdlib>

#include "io/errno.hpp"

namespace arete::io {
namespace {

std::unexpected<Error> outside(std::string_view relative, const Path& folder) {
  return fail_at(relative, ErrorCode::kDenied, "'{}' leaves the folder {}", relative,
                 folder.native());
}

}  // namespace

Result<Path> program_folder() {
  std::error_code error;
  const Path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return fail(ErrorCode::kUnavailable, "cannot find the program's own folder: {}",
                error.message());
  }
  return program.parent_path();
}

std::vector<std::string> plugin_path() {
  std::vector<std::string> folders;
  if (const char* const set = std::getenv("ARETE_PLUGIN_PATH"); set != nullptr && *set != '\0') {
    std::string_view rest = set;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(':'), rest.size());
      if (end != 0) {
        folders.emplace_back(rest.substr(0, end));
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  } else if (const Result<Path> folder = program_folder()) {
    folders.push_back((folder->parent_path() / "lib" / "arete").string());
  }
  return folders;
}

Result<Path> inside(const Path& folder, std::string_view relative) {
  if (relative.empty() || relative.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "a file name is empty or holds a NUL byte");
  }
  const Path name(relative);
  if (name.is_absolute() || std::ranges::find(name, Path("..")) != name.end()) {
    return outside(relative, folder);
  }
  const Path base = folder.empty() ? Path(".") : folder;
  std::error_code error;
  const Path real_folder = std::filesystem::weakly_canonical(base, error);
  if (error) {
    return fail_errno("look at", base.native(), error.value());
  }
  const Path real = std::filesystem::weakly_canonical(base / name, error);
  if (error) {
    return fail_errno("look at", (base / name).native(), error.value());
  }
  const auto [folder_end, rest] =
      std::mismatch(real_folder.begin(), real_folder.end(), real.begin(), real.end());
  if (folder_end != real_folder.end()) {
    return outside(relative, folder);
  }
  return base / name;
}

}  // namespace arete::io
