// UTF-8: the length of a valid sequence, and code points as bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arete::document {

/// Bytes of the valid sequence at the start of `text` (1..4), 0 if there is none. Overlong forms,
/// surrogates and code points above U+10FFFF are not valid.
[[nodiscard]] std::size_t utf8_length(std::string_view text);
/// The code point of a sequence that utf8_length() accepted.
[[nodiscard]] std::uint32_t utf8_code_point(std::string_view sequence);
/// Appends a code point that is not a surrogate.
void append_utf8(std::string& out, std::uint32_t code_point);
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace arete::document
