// SPDX-License-Identifier: Apache-2.0
#include "document/yaml_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>

namespace arete::document {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

std::size_t count_digits(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; });
  return static_cast<std::size_t>(end - text.begin());
}

/// 0o17 and 0xFF; the core schema gives them no sign.
std::optional<Node> based_integer(std::string_view text) {
  const int base = text.starts_with("0o") ? 8 : 16;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data() + 2, end, value, base);
  if (text.size() < 3 || stop != end || failed != std::errc()) {
    return std::nullopt;
  }
  return Node(value);
}

/// [-+]? ( "." digits | digits ( "." digits* )? ) ( [eE] [-+]? digits )?
bool is_decimal(std::string_view text, bool& whole) {
  whole = true;
  if (text.starts_with('-') || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  std::size_t digits = count_digits(text);
  text.remove_prefix(digits);
  if (text.starts_with('.')) {
    whole = false;
    text.remove_prefix(1);
    const std::size_t fraction = count_digits(text);
    text.remove_prefix(fraction);
    digits += fraction;
  }
  if (digits == 0) {
    return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    whole = false;
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) {
      text.remove_prefix(1);
    }
    const std::size_t exponent = count_digits(text);
    text.remove_prefix(exponent);
    if (exponent == 0) {
      return false;
    }
  }
  return text.empty();
}

}  // namespace

Node resolve_plain_scalar(const std::string& text) {
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) {
    return {};
  }
  if (one_of(text, {"true", "True", "TRUE"})) {
    return Node(true);
  }
  if (one_of(text, {"false", "False", "FALSE"})) {
    return Node(false);
  }
  if (one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) {
    return Node(std::numeric_limits<double>::infinity());
  }
  if (one_of(text, {"-.inf", "-.Inf", "-.INF"})) {
    return Node(-std::numeric_limits<double>::infinity());
  }
  if (one_of(text, {".nan", ".NaN", ".NAN"})) {
    return Node(std::numeric_limits<double>::quiet_NaN());
  }
  if (text.starts_with("0o") || text.starts_with("0x")) {
    return based_integer(text).value_or(Node(text));
  }
  bool whole = false;
  if (!is_decimal(text, whole)) {
    return Node(text);
  }
  std::int64_t integer = 0;
  const char* start = text.data() + (text.starts_with('+') ? 1 : 0);
  if (whole && std::from_chars(start, text.data() + text.size(), integer).ec == std::errc()) {
    return text == "-0" ? Node(-0.0) : Node(integer);
  }
  return Node(std::strtod(text.c_str(), nullptr));
}

}  // namespace arete::document
