// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/log.hpp"
#include "media/built_in_source.hpp"
#include "media/built_in_sources.hpp"
#include "media/wav_header.hpp"

namespace arete::media {
namespace {

/// Read at once, so that a block of many channels does not need memory for all of them.
constexpr std::size_t kPieceBytes = 1 << 16;

class WavSource final : public BuiltInSource {
 public:
  WavSource(StreamInfo info, std::unique_ptr<io::InputFile> file, const WavHeader& header,
            std::size_t block)
      : BuiltInSource(std::move(info)),
        file_(std::move(file)),
        header_(header),
        block_(block),
        piece_(std::max(kPieceBytes / header.frame_bytes(), std::size_t{1}) *
               header.frame_bytes()) {}

 private:
  Result<std::optional<MediaPacket>> read_next() override {
    AudioBlock block;
    block.sample_rate_hz = header_.sample_rate_hz;
    block.media_time = time_of(position_);
    while (block.samples.size() < block_) {
      ARETE_TRY_ASSIGN(const std::size_t got, read_piece(block_ - block.samples.size()));
      if (got == 0) {
        break;
      }
      const std::size_t before = block.samples.size();
      block.samples.resize(before + got);
      mix_to_mono(header_, piece_, got, block.samples.data() + before);
      position_ += got;
    }
    if (block.samples.empty()) {
      return std::nullopt;
    }
    return block;
  }

  /// Samples (of all channels) now in piece_; 0 at the end.
  Result<std::size_t> read_piece(std::size_t most) {
    const std::size_t frame = header_.frame_bytes();
    const std::uint64_t done = position_ * frame;
    const std::uint64_t size =
        header_.data_bytes.value_or(std::numeric_limits<std::uint64_t>::max() / 2);
    const std::uint64_t left = size > done ? (size - done) / frame : 0;
    const auto wanted = static_cast<std::size_t>(
        std::min({std::uint64_t{piece_.size() / frame}, std::uint64_t{most}, left}));
    if (wanted == 0) {
      return std::size_t{0};
    }
    ARETE_TRY_ASSIGN(
        const std::size_t got,
        file_->read_at(header_.data_offset + done, std::span(piece_).first(wanted * frame)));
    if (got < wanted * frame && header_.data_bytes && !told_) {
      told_ = true;  // what is there was heard; who needs the rest must know
      ARETE_LOG(kWarning, "wav_cut_short", {"file", info().name},
                {"bytes_said", *header_.data_bytes}, {"bytes_there", done + got});
    }
    return got / frame;
  }

  Nanoseconds time_of(std::uint64_t sample) const {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    const auto rate = static_cast<std::uint64_t>(header_.sample_rate_hz);
    return Nanoseconds(static_cast<std::int64_t>(sample / rate * kSecond +
                                                 (sample % rate * kSecond + rate / 2) / rate));
  }

  std::unique_ptr<io::InputFile> file_;
  WavHeader header_;
  std::size_t block_;  ///< samples a packet
  Bytes piece_;
  std::uint64_t position_ = 0;  ///< samples read
  bool told_ = false;
};

}  // namespace

Result<std::unique_ptr<Source>> open_wav_source(io::Files& files, const SourceSettings& settings) {
  ARETE_TRY_ASSIGN(auto file, files.open(settings.url));
  auto header = read_wav_header(*file);
  if (!header) {
    return std::unexpected<Error>(
        std::move(header).error().with_context(settings.url).at(settings.url));
  }
  StreamInfo info;
  info.kind = MediaKind::kAudio;
  info.name = settings.url;
  info.sample_rate_hz = header->sample_rate_hz;
  const int block = settings.block > 0 ? settings.block : std::max(header->sample_rate_hz / 50, 1);
  return std::make_unique<WavSource>(std::move(info), std::move(file), *header,
                                     static_cast<std::size_t>(block));
}

}  // namespace arete::media
