// YAML and JSON text to a tree. Both refuse duplicate keys and too much of anything. YAML is for
// people's own files, JSON also for what comes over a wire.
// YAML: the core schema of 1.2 ("no" is text, "0o17" a number); one document; tags are ignored,
// aliases copied (bounded), keys are scalars, "<<" is a key like others.
// Errors: kCorrupt with "source:line" as the place; kNoSpace above a limit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "document/node.hpp"

namespace arete::document {

struct ParseLimits {
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t nodes = 1'000'000;
  int depth = 64;  ///< at most 400 for YAML, whose library stops there
};

inline constexpr ParseLimits kYamlLimits{.bytes = std::size_t{4} << 20, .nodes = 200'000};

[[nodiscard]] Result<Node> parse_json(std::string_view text, std::string_view source,
                                      const ParseLimits& limits = {});
[[nodiscard]] Result<Node> parse_yaml(std::string_view text, std::string_view source,
                                      const ParseLimits& limits = kYamlLimits);

}  // namespace arete::document
