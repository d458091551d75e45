// Constants that an ONNX file keeps in other files of its folder. A path that leaves the folder, by
// "..", an absolute name or a link, is refused. Files are mapped once and shared.
// Threads: one reader at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace arete::model::onnx {

/// Where a tensor's bytes lie, as the file says.
struct ExternalPlace {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

class ExternalData {
 public:
  /// An empty folder refuses everything.
  explicit ExternalData(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Exactly `wanted` bytes; kCorrupt if the place does not hold or does not claim so many.
  [[nodiscard]] Result<SharedBytes> load(const ExternalPlace& place, std::uint64_t wanted);

 private:
  [[nodiscard]] Result<SharedBytes> file(const std::string& location);

  std::filesystem::path folder_;
  std::map<std::string, SharedBytes> files_;
};

}  // namespace arete::model::onnx
