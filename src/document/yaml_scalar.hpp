// What a plain (unquoted) YAML scalar is, by the core schema of YAML 1.2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "document/node.hpp"

namespace arete::document {

/// null, a boolean, an integer, a number, or the text itself. Integers beyond int64 are numbers.
[[nodiscard]] Node resolve_plain_scalar(const std::string& text);

}  // namespace arete::document
