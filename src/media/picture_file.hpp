// Pictures as files: reading, writing by extension, and listing a folder the way a person counts.
// Not here: the formats themselves (picture_codec.hpp). Errors name the path. Threads: as `files`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "io/files.hpp"
#include "media/picture_codec.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

[[nodiscard]] Result<tensor::Picture> read_picture(io::Files& files, const io::Path& path,
                                                   const DecodeOptions& options = {});

/// .png, .jpg or .jpeg decides the format; kInvalid for anything else. Atomic.
[[nodiscard]] Status write_picture(io::Files& files, const io::Path& path,
                                   const tensor::PictureView& picture);

/// Full paths of what is no folder and has a name that ends like a picture's, "frame2" before
/// "frame10". What they hold, or that a link leads nowhere, is seen when they are read. Hidden
/// files are left out.
[[nodiscard]] Result<std::vector<io::Path>> list_pictures(io::Files& files, const io::Path& folder);

}  // namespace arete::media
