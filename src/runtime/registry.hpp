// The engines of this machine. Looks for files `arete_backend_<name>.so`; one that is missing or
// broken is listed with its reason, and the rest goes on.
// Threads: const use from any; add() before sharing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "runtime/backend.hpp"

namespace arete::runtime {

struct BackendStatus {
  BackendInfo info;  ///< at least the name and the path
  bool available = false;
  std::string reason;  ///< why not
};

struct DiscoverOptions {
  /// Folders, searched first to last; of two engines with one name the first counts. Empty =
  /// default_plugin_path().
  std::vector<std::string> path;
  /// Engines to list as unavailable when no plug-in of that name was found.
  std::vector<std::string> expected;
  /// Open no other plug-ins than of these names; empty = all. Probing an engine costs memory.
  std::vector<std::string> only = {};
};

/// $ARETE_PLUGIN_PATH (colon-separated) if set, else `../lib/arete` beside the running program's
/// folder.
[[nodiscard]] std::vector<std::string> default_plugin_path();

class Registry {
 public:
  Registry() = default;
  /// Never fails: what cannot be used is in list() with the reason.
  [[nodiscard]] static Registry discover(const DiscoverOptions& options = {});

  /// An engine of the program's own; replaces one of the same name.
  void add(std::shared_ptr<const Backend> backend);

  /// Sorted by name.
  [[nodiscard]] const std::vector<BackendStatus>& list() const { return list_; }
  /// kNotFound naming all engines, or kUnavailable with the reason.
  [[nodiscard]] Result<std::shared_ptr<const Backend>> find(std::string_view name) const;

 private:
  std::vector<BackendStatus> list_;
  std::vector<std::shared_ptr<const Backend>> backends_;
};

}  // namespace arete::runtime
