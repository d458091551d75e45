// The newest files of a folder, bounded in number: what is older is removed as newer ones come.
// Files of earlier runs count too, if their names say that they are of the same kind. Internal to
// the elements. Threads: serial. Errors: as Files; a file that is gone already is none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/files.hpp"

namespace arete::pipeline {

class KeptFiles {
 public:
  /// `most` = 0: all are kept. `is_ours` says of a name whether such a file may be removed.
  KeptFiles(io::Files& files, io::Path folder, std::size_t most,
            std::function<bool(std::string_view name)> is_ours)
      : files_(files), folder_(std::move(folder)), most_(most), is_ours_(std::move(is_ours)) {}

  /// Makes the folder at first, then removes the oldest until there is room for this one.
  [[nodiscard]] Result<io::Path> write(const std::string& name, ByteView bytes);

 private:
  [[nodiscard]] Status open_folder();

  io::Files& files_;
  io::Path folder_;
  std::size_t most_;
  std::function<bool(std::string_view)> is_ours_;
  bool opened_ = false;
  std::deque<std::string> names_;  ///< oldest first; only if they are bounded
};

}  // namespace arete::pipeline
