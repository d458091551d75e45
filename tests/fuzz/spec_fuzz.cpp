// Any bytes as a spec file: an error with a message or a spec, never a crash.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "document/parse.hpp"
#include "spec/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto yaml = arete::document::parse_yaml(text, "fuzz");
  if (yaml.has_value()) {
    const auto spec = arete::spec::parse(*yaml);
    ARETE_CHECK(spec.has_value() || !spec.error().message().empty());
  }
  return 0;
}
