// One opened plug-in: a shared object whose function table has been checked. Not here: probing the
// engine (plugin_backend.hpp). Stays loaded while anything refers to it.
// Threads: const use from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "arete/backend.h"
#include "base/result.hpp"

namespace arete::runtime {

class PluginLibrary {
 public:
  /// kUnavailable with the reason: not a library, no entry, another ABI version, missing functions.
  [[nodiscard]] static Result<std::shared_ptr<const PluginLibrary>> open(const std::string& path,
                                                                         std::string_view name);
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;
  ~PluginLibrary();

  [[nodiscard]] const arete_backend& table() const { return *table_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Turns what a function of the table returned into a Status, naming the engine, and frees it.
  [[nodiscard]] Status check(arete_error* error) const;
  /// The same for an error that is there.
  [[nodiscard]] Error take(arete_error* error) const;

 private:
  PluginLibrary(void* library, std::string path) : library_(library), path_(std::move(path)) {}

  void* library_;
  std::string path_;
  const arete_backend* table_ = nullptr;
};

}  // namespace arete::runtime
