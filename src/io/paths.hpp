// Where things lie: the program's own folder, plug-ins, and names from untrusted files kept inside
// theirs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "io/files.hpp"

namespace arete::io {

/// The folder of the running executable; kUnavailable if the system does not tell.
[[nodiscard]] Result<Path> program_folder();

/// Where plug-ins lie: $ARETE_PLUGIN_PATH (colon-separated) if set, else `../lib/arete` beside the
/// running program's folder.
[[nodiscard]] std::vector<std::string> plugin_path();

/// `relative` below `folder`, for names that a file gives (external data, labels). kDenied if it is
/// absolute, climbs with "..", or leaves the folder through a link; kInvalid if empty or with a
/// NUL. The file need not be there. Only a look: do not use where somebody may swap links
/// meanwhile.
[[nodiscard]] Result<Path> inside(const Path& folder, std::string_view relative);

}  // namespace arete::io
