// Whether a clip's file is all there: looks at the outermost structure of MP4 and AVI files alone.
// Players end quietly where a file was cut off; we want to know. Not here: reading the clip.
// Threads: as `file`. Errors: as io::Files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "io/files.hpp"

namespace arete::media {

/// "its part 'mdat' ends at byte 2811553, the file at 1686931"; empty where the file is complete or
/// of another kind. `bytes` is the file's length.
[[nodiscard]] Result<std::string> cut_off(io::InputFile& file, std::uint64_t bytes);

}  // namespace arete::media
