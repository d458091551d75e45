// Is a file a whole shared object? The dynamic loader maps what the headers promise and dies of a
// bus error if a truncated file does not have it, so this is asked first.
// Threads: pure but for reading the file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"

namespace arete::runtime {

/// kUnavailable with the reason if the file cannot be read, is no ELF file of this machine's width,
/// or is shorter than its segments.
[[nodiscard]] Status check_whole_elf(const std::string& path);

}  // namespace arete::runtime
