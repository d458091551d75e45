// What the media tests share: where the clips are, opening a source, temporary folders. Tests are
// skipped where the media plug-in was not built or a clip is missing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "media/open_source.hpp"
#include "media/stream.hpp"

namespace arete::conformance {

namespace fs = std::filesystem;

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const fs::path& path() const { return path_; }
  /// Writes a file in it.
  [[nodiscard]] fs::path write(const std::string& name, const std::string& content) const;

 private:
  fs::path path_;
};

/// Empty if this machine has not got it. Names: "bottle-detection.mp4", "car-detection.mp4",
/// "carphone_pristine.mp4", "bikes.mp4", "vtest.avi".
[[nodiscard]] fs::path clip(const std::string& name);
[[nodiscard]] std::string content_of(const fs::path& file);

/// Why there is no media plug-in; empty if there is.
[[nodiscard]] std::string reason_without_plugin();

[[nodiscard]] Clock& real_clock();
[[nodiscard]] Result<std::unique_ptr<media::Source>> open_video(const std::string& url);
[[nodiscard]] Result<std::unique_ptr<media::Source>> open_kind(media::SourceKind kind,
                                                               const std::string& url);

/// The bytes of all planes without padding, as ffmpeg's rawvideo has them.
[[nodiscard]] std::vector<std::uint8_t> packed(const tensor::PictureView& view);

}  // namespace arete::conformance

/// Leaves the test if nothing can be decoded here.
#define ARETE_NEEDS_MEDIA()                                                       \
  do {                                                                            \
    if (const std::string reason = ::arete::conformance::reason_without_plugin(); \
        !reason.empty()) {                                                        \
      GTEST_SKIP() << reason;                                                     \
    }                                                                             \
  } while (false)
