// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <utility>
#include <vector>

#include "media/built_in_source.hpp"
#include "media/built_in_sources.hpp"
#include "media/picture_file.hpp"

namespace arete::media {
namespace {

class PictureSource final : public BuiltInSource {
 public:
  PictureSource(io::Files& files, StreamInfo info, std::vector<io::Path> paths)
      : BuiltInSource(std::move(info)), files_(files), paths_(std::move(paths)) {}

 private:
  Result<std::optional<MediaPacket>> read_next() override {
    if (position_ == paths_.size()) {
      return std::nullopt;
    }
    const std::size_t position = position_++;
    const io::Path& path = paths_[position];
    ARETE_TRY_ASSIGN(tensor::Picture decoded, read_picture(files_, path));
    const auto picture = std::make_shared<const tensor::Picture>(std::move(decoded));
    const Nanoseconds due = due_time(static_cast<std::int64_t>(position), info().frames_per_second);
    return VideoFrame{picture->view(), picture, due, path.string()};
  }
  bool survives_errors() const override { return true; }

  io::Files& files_;
  std::vector<io::Path> paths_;
  std::size_t position_ = 0;
};

}  // namespace

Result<std::unique_ptr<Source>> open_picture_source(io::Files& files,
                                                    const SourceSettings& settings) {
  const io::Path path = settings.url;
  ARETE_TRY_ASSIGN(const io::FileStatus status, files.status(path));
  if (status.kind == io::FileKind::kMissing) {
    return fail_at(settings.url, ErrorCode::kNotFound, "there is no picture or folder '{}'",
                   settings.url);
  }
  std::vector<io::Path> paths{path};
  if (status.kind == io::FileKind::kFolder) {
    ARETE_TRY_ASSIGN(paths, list_pictures(files, path));
  }
  if (paths.empty()) {
    return fail_at(settings.url, ErrorCode::kNotFound,
                   "the folder '{}' has no .jpg, .jpeg, .png or .bmp file", settings.url);
  }
  StreamInfo info;
  info.kind = MediaKind::kVideo;
  info.name = settings.url;
  info.frames_per_second = settings.frames_per_second > 0 ? settings.frames_per_second : 25;
  return std::make_unique<PictureSource>(files, std::move(info), std::move(paths));
}

}  // namespace arete::media
