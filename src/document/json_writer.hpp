// A tree as JSON text. Non-finite numbers become null; a whole kNumber keeps its ".0", so that
// parse_json(to_json(x)) is x. Canonical is RFC 8785 (sorted keys, ECMAScript numbers), except that
// integers beyond 2^53 keep all their digits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "document/node.hpp"

namespace arete::document {

enum class JsonStyle : std::uint8_t {
  kLine,       ///< one line, a space after ':' and ','
  kIndented,   ///< two spaces a level, for people
  kCanonical,  ///< no spaces: the same bytes for the same content, for hashes and signatures
};

/// Without a newline at the end. Text that is not UTF-8 gets U+FFFD in place of the bad bytes.
[[nodiscard]] std::string to_json(const Node& node, JsonStyle style = JsonStyle::kLine);

/// `text` with its quotes and escapes.
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace arete::document
