// Any bytes as JSON and as YAML: an error or a tree, never a crash. What parses as JSON must print
// and parse to itself again.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/json_writer.hpp"
#include "document/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = arete::document::parse_json(text, "fuzz");
  if (json.has_value()) {
    const std::string printed = arete::document::to_json(*json);
    const auto again = arete::document::parse_json(printed, "again");
    ARETE_CHECK(again.has_value());
    // 1e999 is infinite and printed as null.
    ARETE_CHECK(again->same_as(*json) || printed.find("null") != std::string::npos);
  }
  const auto yaml = arete::document::parse_yaml(text, "fuzz");
  ARETE_CHECK(yaml.has_value() || !yaml.error().message().empty());
  return 0;
}
