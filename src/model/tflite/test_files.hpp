// Real TFLite files for tests; a test skips where the data folder is absent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace arete::model::tflite {

[[nodiscard]] inline std::filesystem::path test_models_folder() {
  if (const char* data = std::getenv("ARETE_DATA")) {
    return std::filesystem::path(data) / "models";
  }
  const char* source = std::getenv("ARETE_SOURCE_DIR");
  return std::filesystem::path(source == nullptr ? "." : source) / "../shared/data/models";
}

[[nodiscard]] inline std::optional<SharedBytes> test_model(const std::string& name) {
  std::ifstream file(test_models_folder() / name, std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return SharedBytes(to_bytes(text));
}

[[nodiscard]] inline std::vector<std::filesystem::path> test_model_files() {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(test_models_folder(), error)) {
    if (entry.path().extension() == ".tflite") {
      files.push_back(entry.path());
    }
  }
  return files;
}

}  // namespace arete::model::tflite
