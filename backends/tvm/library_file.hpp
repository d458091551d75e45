// Is a file a whole shared library of this machine? The loader maps what the headers promise and
// dies of a bus error where a cut file does not have it, so this is asked first. Errors: Failure,
// ARETE_UNSUPPORTED for what is no such library, ARETE_CORRUPT for a cut one. Threads: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace arete_tvm {

void check_library(const std::string& path);

}  // namespace arete_tvm
