// A password, key or token that does not find its way into a log or message: there is no way to
// print it but reveal(). Not here: keeping it out of memory dumps.
// Threads: a value type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/core.h>

#include <string>
#include <utility>

namespace arete {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] bool empty() const { return value_.empty(); }
  /// For the call that needs it, and nothing else.
  [[nodiscard]] const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

}  // namespace arete

template <>
struct fmt::formatter<arete::Secret> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const arete::Secret&, Context& context) const {
    return fmt::formatter<std::string_view>::format("***", context);
  }
};
