// What elements that write files share: paths and names made from a pipeline's words, and pictures
// as bytes. Internal to the elements. Threads: pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "document/reader.hpp"
#include "io/files.hpp"
#include "pipeline/element.hpp"
#include "pipeline/packet.hpp"
#include "tensor/picture.hpp"

namespace arete::pipeline {

/// Letters, digits, '-' and '_' stay, '.' too but at the start; anything else becomes '_'. Never
/// empty, at most 100 bytes.
[[nodiscard]] std::string safe_file_name(std::string_view words);

/// The name of the packet's source, for file names: "source3" where the pipeline gave none.
[[nodiscard]] std::string source_file_name(const std::vector<std::string>& sources,
                                           const Stamp& stamp);

/// The path under `key`, which must be there; relative ones begin in the pipeline's folder.
[[nodiscard]] Result<io::Path> read_path(document::MapReader& settings, std::string_view key,
                                         const ElementContext& context);

enum class PictureEncoding : std::uint8_t { kJpeg, kPng };

struct EncodingSettings {
  PictureEncoding encoding = PictureEncoding::kJpeg;
  int quality = 92;  ///< of JPEG

  /// ".jpg" or ".png"
  [[nodiscard]] std::string_view ending() const;
};

/// `format: jpeg|png` and `quality: 1..100`.
[[nodiscard]] Result<EncodingSettings> read_encoding(document::MapReader& settings);
/// RGB, BGR or gray pixels.
[[nodiscard]] Result<Bytes> encoded(const tensor::PictureView& picture,
                                    const EncodingSettings& settings);

}  // namespace arete::pipeline
