// "NAME=1x3x224x224", as --shape takes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tensor/shape.hpp"

namespace arete::app {

[[nodiscard]] inline Result<tensor::Shape> parse_extents(std::string_view text) {
  std::vector<std::int64_t> dims;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('x', start), text.size());
    std::int64_t extent = 0;
    const auto [stop, error] = std::from_chars(text.data() + start, text.data() + end, extent);
    if (error != std::errc() || stop != text.data() + end || extent < 0) {
      return fail(ErrorCode::kInvalid, "'{}' is not a shape such as 1x3x224x224", text);
    }
    dims.push_back(extent);
    start = end + 1;
  }
  return tensor::Shape(std::move(dims));
}

[[nodiscard]] inline Result<std::map<std::string, tensor::Shape>> parse_shapes(
    const std::vector<std::string>& options) {
  std::map<std::string, tensor::Shape> shapes;
  for (const std::string& option : options) {
    const std::size_t equals = option.rfind('=');
    if (equals == std::string::npos) {
      return fail_at("--shape", ErrorCode::kInvalid,
                     "--shape '{}' is not of the form NAME=1x3x224x224", option);
    }
    ARETE_TRY_ASSIGN(shapes[option.substr(0, equals)], parse_extents(option.substr(equals + 1)),
                     "--shape '{}'", option);
  }
  return shapes;
}

}  // namespace arete::app
