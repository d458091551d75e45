// A model of one operator, run before anything else: shows that a library's functions take what
// abi.hpp declares. First in a child process, where a wrong declaration may crash.
// Threads: from one at a time. Errors: Failure (ARETE_UNAVAILABLE).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "known_library.hpp"
#include "library.hpp"

namespace arete_litert {

/// y = max(x, 0) in this process; throws unless the answer is right.
void run_self_test(const Library& library);

/// The same in a child process. Its success is remembered in the user's cache folder for this
/// file, so that it costs a process once.
void require_self_test(const std::string& path, const LibraryFile& file);

}  // namespace arete_litert
