// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "media/built_in_source.hpp"
#include "media/built_in_sources.hpp"
#include "media/frame_layout.hpp"
#include "media/recycler.hpp"

namespace arete::media {
namespace {

class RawSource final : public BuiltInSource {
 public:
  RawSource(StreamInfo info, std::unique_ptr<io::InputFile> file, tensor::PixelFormat format,
            std::size_t bytes)
      : BuiltInSource(std::move(info)), file_(std::move(file)), format_(format), bytes_(bytes) {}

 private:
  Result<std::optional<MediaPacket>> read_next() override {
    const auto memory = memory_.take();
    memory->resize(bytes_);
    const std::uint64_t offset = static_cast<std::uint64_t>(index_) * bytes_;
    ARETE_TRY_ASSIGN(const std::size_t got,
                     file_->read_at(offset, std::as_writable_bytes(std::span(*memory))));
    if (got == 0) {
      return std::nullopt;
    }
    if (got < bytes_) {
      return fail_at(info().name, ErrorCode::kCorrupt,
                     "{}: frame {} has {} of {} bytes: cut short, or no frames of {} x {} in {}",
                     info().name, index_, got, bytes_, info().width, info().height,
                     name_of(format_));
    }
    const Nanoseconds due = due_time(index_++, info().frames_per_second);
    return VideoFrame{frame_view(format_, info().width, info().height, memory->data()), memory, due,
                      ""};
  }

  std::unique_ptr<io::InputFile> file_;
  tensor::PixelFormat format_;
  std::size_t bytes_;  ///< a frame
  std::int64_t index_ = 0;
  Recycler<std::vector<std::uint8_t>> memory_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_raw_source(io::Files& files, const SourceSettings& settings) {
  ARETE_TRY_ASSIGN(const std::size_t bytes,
                   frame_bytes(settings.format, settings.width, settings.height), "{}",
                   settings.url);
  ARETE_TRY_ASSIGN(auto file, files.open(settings.url));
  StreamInfo info;
  info.kind = MediaKind::kVideo;
  info.name = settings.url;
  info.width = settings.width;
  info.height = settings.height;
  info.frames_per_second = settings.frames_per_second > 0 ? settings.frames_per_second : 25;
  return std::make_unique<RawSource>(std::move(info), std::move(file), settings.format, bytes);
}

}  // namespace arete::media
