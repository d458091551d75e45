// A Backend that is a plug-in: probed once, then asked and loaded through the C ABI.
// Threads: const use from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "runtime/backend.hpp"
#include "runtime/plugin_library.hpp"

namespace arete::runtime {

class PluginBackend final : public Backend {
 public:
  /// Opens and probes. On an error `info` still says what could be learned.
  [[nodiscard]] static Result<std::shared_ptr<const Backend>> open(const std::string& path,
                                                                   BackendInfo& info);

  PluginBackend(std::shared_ptr<const PluginLibrary> library, BackendInfo info)
      : library_(std::move(library)), info_(std::move(info)) {}

  [[nodiscard]] const BackendInfo& info() const override { return info_; }
  [[nodiscard]] Status supports(const ModelFile& file, const LoadOptions& options) const override;
  [[nodiscard]] Result<std::unique_ptr<Session>> load(const ModelFile& file,
                                                      const LoadOptions& options) const override;

 private:
  std::shared_ptr<const PluginLibrary> library_;
  BackendInfo info_;
};

}  // namespace arete::runtime
