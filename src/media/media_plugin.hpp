// The media plug-in: found beside the program, checked, and its functions with errors as Status.
// Not here: what is done with it (plugin_source.hpp, video_writer.hpp).
// Threads: a value; const use from any. It stays loaded until the process ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "arete/source.h"
#include "base/result.hpp"
#include "io/files.hpp"

namespace arete::media {

class MediaPlugin {
 public:
  /// The first `arete_media_<name>.so` of the folders that works here; kUnavailable with the reason
  /// of each one that does not, or with the folders if there is none.
  [[nodiscard]] static Result<MediaPlugin> find(const std::vector<std::string>& folders);
  /// In io::plugin_path().
  [[nodiscard]] static Result<MediaPlugin> find();
  /// kUnavailable: not a library, no entry, another ABI version, missing functions, probe failed.
  [[nodiscard]] static Result<MediaPlugin> open(const io::Path& file, std::string_view name);

  [[nodiscard]] const arete_media& table() const { return *table_; }
  /// "1.22.0" of what does the work.
  [[nodiscard]] const std::string& engine_version() const { return engine_version_; }
  /// Turns what a function of the table returned into a Status, and frees it.
  [[nodiscard]] Status check(arete_error* error) const;

 private:
  explicit MediaPlugin(const arete_media* table) : table_(table) {}

  const arete_media* table_;
  std::string engine_version_;
};

}  // namespace arete::media
