// Which way up a JPEG is: reads the EXIF orientation tag and turns a picture upright. Reads no
// other EXIF data. Source: Exif 2.3 (CIPA DC-008), TIFF 6.0 for the directory inside.
// Errors: none; damaged or missing EXIF data means "upright".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "tensor/picture.hpp"

namespace arete::media {

/// 1..8 as the standard numbers them; 1 (upright) where the file does not say.
[[nodiscard]] int exif_orientation(ByteView jpeg);

/// The picture as it should be seen. `orientation` outside 2..8 changes nothing.
[[nodiscard]] tensor::Picture upright(tensor::Picture picture, int orientation);

}  // namespace arete::media
