// SPDX-License-Identifier: Apache-2.0
#include "model/operators/letter_case.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace arete::model::operators {
namespace {

/// Upper-case letters first..last have their lower-case partners `distance` further on; with
/// `paired`, upper and lower case alternate.
struct LetterRange {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t distance;
  bool paired;
};

constexpr std::array kRanges = {
    LetterRange{0x41, 0x5A, 32, false},   LetterRange{0xC0, 0xD6, 32, false},
    LetterRange{0xD8, 0xDE, 32, false},   LetterRange{0x100, 0x12E, 1, true},
    LetterRange{0x139, 0x147, 1, true},   LetterRange{0x14A, 0x176, 1, true},
    LetterRange{0x179, 0x17D, 1, true},   LetterRange{0x391, 0x3A1, 32, false},
    LetterRange{0x3A3, 0x3AB, 32, false}, LetterRange{0x400, 0x40F, 80, false},
    LetterRange{0x410, 0x42F, 32, false},
};

std::uint32_t changed(std::uint32_t letter, bool to_upper_case) {
  for (const LetterRange& range : kRanges) {
    const std::uint32_t shift = to_upper_case ? range.distance : 0;
    if (letter < range.first + shift || letter > range.last + shift ||
        (range.paired && (letter - range.first - shift) % 2 != 0)) {
      continue;
    }
    return to_upper_case ? letter - range.distance : letter + range.distance;
  }
  return letter;
}

/// Letters of one and two bytes; all others are copied byte by byte.
std::string changed_text(std::string_view utf8, bool to_upper_case) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const bool two_bytes = (lead & 0xE0U) == 0xC0U && i + 1 < utf8.size() &&
                           (static_cast<unsigned char>(utf8[i + 1]) & 0xC0U) == 0x80U;
    if (two_bytes) {
      const std::uint32_t letter = (static_cast<std::uint32_t>(lead & 0x1FU) << 6U) |
                                   (static_cast<unsigned char>(utf8[i + 1]) & 0x3FU);
      const std::uint32_t partner = changed(letter, to_upper_case);
      out += static_cast<char>(0xC0U | (partner >> 6U));
      out += static_cast<char>(0x80U | (partner & 0x3FU));
      ++i;
    } else {
      out += lead < 0x80U ? static_cast<char>(changed(lead, to_upper_case)) : utf8[i];
    }
  }
  return out;
}

}  // namespace

std::string to_lower(std::string_view utf8) { return changed_text(utf8, false); }
std::string to_upper(std::string_view utf8) { return changed_text(utf8, true); }

}  // namespace arete::model::operators
