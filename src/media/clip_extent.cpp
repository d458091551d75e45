// SPDX-License-Identifier: Apache-2.0
#include "media/clip_extent.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace arete::media {
namespace {

/// Fragmented files have two boxes a fragment; more than this is no film.
constexpr int kMostBoxes = 1 << 20;
constexpr std::size_t kHeader = 16;

/// With which an MP4 or QuickTime file may begin.
constexpr std::array<std::string_view, 6> kFirstBoxes{"ftyp", "moov", "mdat",
                                                      "wide", "free", "skip"};

using Header = std::array<std::byte, kHeader>;

std::string_view tag(const Header& header, std::size_t at) {
  return {reinterpret_cast<const char*>(header.data()) + at, 4};
}

std::uint64_t big_endian(std::span<const std::byte> digits) {
  std::uint64_t value = 0;
  for (const std::byte digit : digits) {
    value = value << 8 | std::to_integer<std::uint64_t>(digit);
  }
  return value;
}

std::string overhang(std::string_view part, std::uint64_t end, std::uint64_t bytes) {
  return fmt::format("its part '{}' ends at byte {}, the file at {}", part, end, bytes);
}

Result<std::string> cut_off_boxes(io::InputFile& file, std::uint64_t bytes) {
  std::uint64_t at = 0;
  for (int i = 0; i < kMostBoxes && at < bytes; ++i) {
    Header header{};
    ARETE_TRY_ASSIGN(const std::size_t got, file.read_at(at, header));
    if (got < 8) {
      return overhang("header", at + 8, bytes);
    }
    std::uint64_t size = big_endian(std::span(header).first(4));
    if (size == 1) {
      size = big_endian(std::span(header).subspan(8));
    }
    if (size < 8) {
      return std::string();  // 0: to the end of the file; others mean something else than a box
    }
    if (size > bytes - at) {
      const std::uint64_t end = at + std::min(size, ~at);
      return overhang(tag(header, 4), end, bytes);
    }
    at += size;
  }
  return std::string();
}

}  // namespace

Result<std::string> cut_off(io::InputFile& file, std::uint64_t bytes) {
  Header header{};
  ARETE_TRY_ASSIGN(const std::size_t got, file.read_at(0, header));
  if (got < kHeader) {
    return std::string();
  }
  if (std::ranges::find(kFirstBoxes, tag(header, 4)) != kFirstBoxes.end()) {
    return cut_off_boxes(file, bytes);
  }
  if (tag(header, 0) == "RIFF" && tag(header, 8) == "AVI ") {
    std::array<std::byte, 4> size{};
    std::ranges::reverse_copy(std::span(header).subspan(4, 4), size.begin());
    const std::uint64_t end = big_endian(size) + 8;
    // A recorder that was switched off left 0 or the largest number.
    return end > bytes && end != 0xFFFFFFFFULL + 8 ? overhang("RIFF", end, bytes) : std::string();
  }
  return std::string();
}

}  // namespace arete::media
