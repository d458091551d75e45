// Any bytes as JSON, as YAML and as a spec: an error or a tree, never a crash. What parses as JSON
// must print and parse to itself again.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/json_writer.hpp"
#include "document/parse.hpp"
#include "spec/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = arete::document::parse_json(text, "fuzz");
  if (json.has_value()) {
    const auto again = arete::document::parse_json(arete::document::to_json(*json), "again");
    ARETE_CHECK(again.has_value());
    ARETE_CHECK(again->same_as(*json) || arete::document::to_json(*json).find("null") !=
                                             std::string::npos);  // 1e999 is printed as null
  }
  const auto yaml = arete::document::parse_yaml(text, "fuzz");
  if (yaml.has_value()) {
    const auto spec = arete::spec::parse(*yaml);
    ARETE_CHECK(spec.has_value() || !spec.error().message().empty());
  }
  return 0;
}
