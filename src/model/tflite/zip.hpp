// Files of a zip archive that is appended to something else, as TFLite metadata has them: stored or
// deflated entries of the central directory. Not a general zip reader.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace arete::model::tflite {

/// Entries by name; empty if no archive ends the bytes. kCorrupt if a directory or an entry lies
/// outside or unpacks to something else than it says; an entry above `size_limit` is refused.
[[nodiscard]] Result<std::map<std::string, std::string>> read_appended_zip(ByteView bytes,
                                                                           std::size_t size_limit);

}  // namespace arete::model::tflite
