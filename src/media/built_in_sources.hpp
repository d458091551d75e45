// The sources that need no plug-in, one function each; open_source() chooses among them.
// Internal to media. Threads and errors: as open_source.hpp says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.hpp"
#include "io/files.hpp"
#include "media/open_source.hpp"

namespace arete::media {

/// A picture, or those of a folder in natural order. A picture that cannot be read is an error that
/// names it; the source stays usable and goes on with the picture behind it.
[[nodiscard]] Result<std::unique_ptr<Source>> open_picture_source(io::Files& files,
                                                                  const SourceSettings& settings);
/// Frames without headers. A last frame that is cut short is kCorrupt.
[[nodiscard]] Result<std::unique_ptr<Source>> open_raw_source(io::Files& files,
                                                              const SourceSettings& settings);
[[nodiscard]] Result<std::unique_ptr<Source>> open_wav_source(io::Files& files,
                                                              const SourceSettings& settings);
[[nodiscard]] Result<std::unique_ptr<Source>> open_csv_source(io::Files& files,
                                                              const SourceSettings& settings);
/// Bands of color that move and a square that wanders; the same on every machine and in every run.
[[nodiscard]] Result<std::unique_ptr<Source>> open_test_source(const SourceSettings& settings);

}  // namespace arete::media
