// SPDX-License-Identifier: Apache-2.0
#include "media/wav_header.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

namespace arete::media {
namespace {

constexpr std::uint64_t kFirstChunk = 12;  ///< behind "RIFF", a size and "WAVE"
constexpr int kMostChunks = 10'000;
constexpr std::size_t kFormatBytes = 40;  ///< of an extensible format
constexpr unsigned kTagPcm = 1;
constexpr unsigned kTagFloat = 3;
constexpr unsigned kTagExtensible = 0xFFFE;
constexpr unsigned kHighestRate = 10'000'000;
/// What is written before the size is known: the largest, or the largest positive, give or take.
constexpr std::uint64_t kUnknownSize = 0x7FFF'0000;

std::uint32_t little(ByteView bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= std::to_integer<std::uint32_t>(bytes[offset + i]) << (8 * i);
  }
  return value;
}

struct WavFormat {
  unsigned tag = 0;
  unsigned channels = 0;
  unsigned rate = 0;
  unsigned block = 0;
  unsigned bits = 0;
};

struct WavChunk {
  std::array<char, 4> id{};
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0;

  [[nodiscard]] bool is(std::string_view name) const {
    return std::string_view(id.data(), id.size()) == name;
  }
};

Result<std::uint64_t> read_riff_size(io::InputFile& file) {
  std::array<std::byte, kFirstChunk> head{};
  ARETE_TRY_ASSIGN(const std::size_t got, file.read_at(0, head));
  const std::string_view text = as_text(ByteView(head).first(got));
  for (const std::string_view other : {"RF64", "RIFX", "BW64"}) {
    if (text.starts_with(other)) {
      return fail(ErrorCode::kUnsupported,
                  "{} files are not read, only RIFF ones: write it as a WAV file below 4 GiB",
                  other);
    }
  }
  if (text.starts_with("riff")) {
    return fail(ErrorCode::kUnsupported, "Wave64 files are not read, only RIFF ones");
  }
  if (got < head.size() || !text.starts_with("RIFF") || text.substr(8) != "WAVE") {
    return fail(ErrorCode::kCorrupt, "it does not begin like a RIFF WAVE file");
  }
  return little(head, 4, 4);
}

/// nullopt where the file ends.
Result<std::optional<WavChunk>> read_chunk(io::InputFile& file, std::uint64_t offset) {
  std::array<std::byte, 8> head{};
  ARETE_TRY_ASSIGN(const std::size_t got, file.read_at(offset, head));
  if (got < head.size()) {
    return std::nullopt;
  }
  WavChunk chunk;
  std::ranges::copy(as_text(ByteView(head).first(4)), chunk.id.begin());
  chunk.begin = offset + head.size();
  chunk.bytes = little(head, 4, 4);
  return chunk;
}

Result<WavFormat> read_format(io::InputFile& file, const WavChunk& chunk) {
  std::array<std::byte, kFormatBytes> bytes{};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), chunk.bytes));
  ARETE_TRY_ASSIGN(const std::size_t got,
                   file.read_at(chunk.begin, std::span(bytes).first(wanted)));
  if (got < wanted || wanted < 16) {
    return fail(ErrorCode::kCorrupt, "the format chunk has {} bytes, of at least 16", got);
  }
  WavFormat format{little(bytes, 0, 2), little(bytes, 2, 2), little(bytes, 4, 4),
                   little(bytes, 12, 2), little(bytes, 14, 2)};
  if (format.tag == kTagExtensible) {
    constexpr std::array<unsigned char, 14> kRestOfGuid{0, 0, 0,    0, 0x10, 0,    0x80,
                                                        0, 0, 0xAA, 0, 0x38, 0x9B, 0x71};
    if (wanted < kFormatBytes) {
      return fail(ErrorCode::kCorrupt, "the extensible format chunk has {} bytes, of at least {}",
                  wanted, kFormatBytes);
    }
    if (std::memcmp(bytes.data() + 26, kRestOfGuid.data(), kRestOfGuid.size()) != 0) {
      return fail(ErrorCode::kUnsupported, "the extensible format is of another maker's kind");
    }
    format.tag = little(bytes, 24, 2);
  }
  return format;
}

std::string_view name_of_tag(unsigned tag) {
  switch (tag) {
    case 2:
      return " (ADPCM)";
    case 6:
      return " (A-law)";
    case 7:
      return " (mu-law)";
    case 0x11:
      return " (IMA ADPCM)";
    case 0x55:
      return " (MP3)";
    default:
      return "";
  }
}

Result<WavCoding> coding_of(const WavFormat& format, std::size_t bytes_per_sample) {
  if (format.tag == kTagPcm && bytes_per_sample >= 1 && bytes_per_sample <= 4) {
    constexpr std::array kByBytes{WavCoding::kUnsigned8, WavCoding::kInteger16,
                                  WavCoding::kInteger24, WavCoding::kInteger32};
    return kByBytes[bytes_per_sample - 1];
  }
  if (format.tag == kTagFloat && (bytes_per_sample == 4 || bytes_per_sample == 8)) {
    return bytes_per_sample == 4 ? WavCoding::kFloat32 : WavCoding::kFloat64;
  }
  return fail(ErrorCode::kUnsupported,
              "samples of format {}{} in {} bits are not read, only PCM of 8, 16, 24 or 32 bits "
              "and float of 32 or 64",
              format.tag, name_of_tag(format.tag), format.bits);
}

Result<WavHeader> header_of(const WavFormat& format) {
  if (format.channels == 0 || format.rate == 0 || format.rate > kHighestRate) {
    return fail(ErrorCode::kCorrupt, "{} channels at {} samples a second", format.channels,
                format.rate);
  }
  WavHeader header;
  header.channels = static_cast<int>(format.channels);
  header.sample_rate_hz = static_cast<int>(format.rate);
  header.bytes_per_sample = format.block / format.channels;
  ARETE_TRY_ASSIGN(header.coding, coding_of(format, header.bytes_per_sample));
  // Fewer valid bits than the container has are fine: they are its highest.
  if (format.block != header.frame_bytes() || format.bits == 0 ||
      format.bits > header.bytes_per_sample * 8) {
    return fail(ErrorCode::kCorrupt, "{} channels of {} bits do not make blocks of {} bytes",
                format.channels, format.bits, format.block);
  }
  return header;
}

/// Writers to a pipe leave the largest size or none; then the RIFF size ends where the data begin.
std::optional<std::uint64_t> trusted_size(const WavChunk& data, std::uint64_t riff_bytes) {
  const bool never_filled = data.bytes == 0 && riff_bytes + 8 <= data.begin;
  if (data.bytes >= kUnknownSize || never_filled) {
    return std::nullopt;
  }
  return data.bytes;
}

template <class T>
T little_sample(const std::byte* at) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

/// What no float can hold is no number either.
double finite(double value) {
  return std::abs(value) <= double{std::numeric_limits<float>::max()} ? value : 0;
}

double sample_at(WavCoding coding, const std::byte* at) {
  switch (coding) {
    case WavCoding::kUnsigned8:
      return (std::to_integer<int>(*at) - 128) / 128.0;
    case WavCoding::kInteger16:
      return little_sample<std::int16_t>(at) / 32768.0;
    case WavCoding::kInteger24: {
      const auto high = static_cast<std::int8_t>(std::to_integer<std::uint8_t>(at[2]));
      return (high * 65536 + little_sample<std::uint16_t>(at)) / 8388608.0;
    }
    case WavCoding::kInteger32:
      return little_sample<std::int32_t>(at) / 2147483648.0;
    case WavCoding::kFloat32:
      return finite(static_cast<double>(little_sample<float>(at)));
    case WavCoding::kFloat64:
      return finite(little_sample<double>(at));
  }
  return 0;
}

}  // namespace

Result<WavHeader> read_wav_header(io::InputFile& file) {
  ARETE_TRY_ASSIGN(const std::uint64_t riff_bytes, read_riff_size(file));
  std::optional<WavHeader> header;
  std::uint64_t offset = kFirstChunk;
  for (int count = 0; count < kMostChunks; ++count) {
    ARETE_TRY_ASSIGN(const auto chunk, read_chunk(file, offset));
    if (!chunk) {
      return fail(ErrorCode::kCorrupt, "it ends before its {} chunk", header ? "data" : "format");
    }
    if (chunk->is("data")) {
      if (!header) {
        return fail(ErrorCode::kCorrupt, "its data chunk has no format chunk before it");
      }
      header->data_offset = chunk->begin;
      header->data_bytes = trusted_size(*chunk, riff_bytes);
      return *header;
    }
    if (chunk->is("fmt ")) {
      ARETE_TRY_ASSIGN(const WavFormat format, read_format(file, *chunk));
      ARETE_TRY_ASSIGN(header, header_of(format));
    }
    offset = chunk->begin + chunk->bytes + chunk->bytes % 2;
  }
  return fail(ErrorCode::kCorrupt, "more than {} chunks before the data", kMostChunks);
}

void mix_to_mono(const WavHeader& header, ByteView bytes, std::size_t frames, float* out) {
  const std::byte* at = bytes.data();
  for (std::size_t i = 0; i < frames; ++i) {
    double sum = 0;
    for (int channel = 0; channel < header.channels; ++channel) {
      sum += sample_at(header.coding, at);
      at += header.bytes_per_sample;
    }
    out[i] = static_cast<float>(finite(sum / header.channels));
  }
}

}  // namespace arete::media
