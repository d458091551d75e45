// What surrounds a plug-in: the host that it logs to, and the folder that it was loaded from.
// One copy a plug-in: their symbols are local.
// Threads: set_host() once, in the entry; the rest from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <string>

#include "arete/backend.h"

namespace arete::plugin {

namespace detail {

inline const arete_host*& current_host() {
  static const arete_host* host = nullptr;
  return host;
}

}  // namespace detail

inline void set_host(const arete_host* host) { detail::current_host() = host; }
/// NULL if the host gave none.
[[nodiscard]] inline const arete_host* host() { return detail::current_host(); }

/// Level 0 debug .. 3 error; nowhere if the host does not listen.
inline void log(std::int32_t level, const char* message) {
  const arete_host* const to = host();
  if (to != nullptr && to->log != nullptr) {
    to->log(to->user, level, message);
  }
}

/// The folder that this plug-in was loaded from, with a slash; empty if unknown.
[[nodiscard]] inline std::string own_folder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) {
    return "";
  }
  const std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/') + 1);
}

}  // namespace arete::plugin
