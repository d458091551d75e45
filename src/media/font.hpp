// A small bitmap font for captions: printable ASCII, 6 x 10 pixels a cell. Anything else is drawn
// as a box. Drawn for Arete. Not here: putting glyphs into pictures (canvas.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace arete::media {

inline constexpr int kGlyphWidth = 5;    ///< columns that may be set
inline constexpr int kGlyphHeight = 9;   ///< rows; the last two are for descenders
inline constexpr int kGlyphAdvance = 6;  ///< columns from one character to the next

/// Rows from the top; bit 4 is the left column.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

[[nodiscard]] const Glyph& glyph_of(char32_t character);

/// Code points of UTF-8 text; a byte that does not fit becomes U+FFFD.
[[nodiscard]] std::vector<char32_t> code_points(std::string_view text);

}  // namespace arete::media
