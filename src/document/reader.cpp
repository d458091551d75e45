// SPDX-License-Identifier: Apache-2.0
#include "document/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "base/text.hpp"

namespace arete::document {
namespace {

template <class T>
struct ListElement {
  static constexpr bool kIsList = false;
};
template <class T>
struct ListElement<std::vector<T>> {
  static constexpr bool kIsList = true;
  using Type = T;
};

std::unexpected<Error> wrong_kind(const Node& node, std::string_view what,
                                  std::string_view wanted) {
  return invalid_node(node,
                      fmt::format("'{}' must be {}, not {}", what, wanted, name_of(node.kind())));
}

std::string range_text(Range range) {
  const bool low = std::isfinite(range.lowest);
  const bool high = std::isfinite(range.highest);
  if (low && high) {
    return fmt::format("from {} to {}", range.lowest, range.highest);
  }
  return low ? fmt::format("at least {}", range.lowest) : fmt::format("at most {}", range.highest);
}

Status check_range(const Node& node, std::string_view what, double value, Range range) {
  if (value >= range.lowest && value <= range.highest) {
    return {};
  }
  if (std::isnan(value)) {
    return invalid_node(node, fmt::format("'{}' is not a number", what));
  }
  return invalid_node(node,
                      fmt::format("'{}' is {}, but must be {}", what, value, range_text(range)));
}

template <class T>
Result<T> integer_as(const Node& node, std::string_view what, Range range) {
  if (node.kind() != Kind::kInteger) {
    return wrong_kind(node, what, name_of(Kind::kInteger));
  }
  const std::int64_t value = node.integer();
  range.lowest = std::max(range.lowest, static_cast<double>(std::numeric_limits<T>::min()));
  range.highest = std::min(range.highest, static_cast<double>(std::numeric_limits<T>::max()));
  ARETE_TRY(check_range(node, what, static_cast<double>(value), range));
  return static_cast<T>(value);
}

template <class T>
Result<T> list_as(const Node& node, std::string_view what, Range range) {
  if (!node.is_list()) {
    return wrong_kind(node, what, name_of(Kind::kList));
  }
  T values;
  values.reserve(node.size());
  for (const Node& item : node.items()) {
    ARETE_TRY_ASSIGN(typename ListElement<T>::Type value,
                     value_as<typename ListElement<T>::Type>(item, what, range));
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace

std::unexpected<Error> invalid_node(const Node& node, std::string message) {
  if (node.position().line > 0) {
    message = fmt::format("line {}: {}", node.position().line, message);
  }
  Error error(ErrorCode::kInvalid, std::move(message));
  const std::string where = node.where();
  return std::unexpected<Error>(where.empty() ? std::move(error) : std::move(error).at(where));
}

template <class T>
Result<T> value_as(const Node& node, std::string_view what, Range range) {
  if constexpr (ListElement<T>::kIsList) {
    return list_as<T>(node, what, range);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (node.kind() != Kind::kBool) {
      return wrong_kind(node, what, name_of(Kind::kBool));
    }
    return node.boolean();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!node.is_string()) {
      return wrong_kind(node, what, name_of(Kind::kString));
    }
    return node.string();
  } else if constexpr (std::is_same_v<T, double>) {
    if (node.kind() != Kind::kNumber && node.kind() != Kind::kInteger) {
      return wrong_kind(node, what, name_of(Kind::kNumber));
    }
    ARETE_TRY(check_range(node, what, node.number(), range));
    return node.number();
  } else {
    return integer_as<T>(node, what, range);
  }
}

template Result<bool> value_as<bool>(const Node&, std::string_view, Range);
template Result<int> value_as<int>(const Node&, std::string_view, Range);
template Result<std::int64_t> value_as<std::int64_t>(const Node&, std::string_view, Range);
template Result<double> value_as<double>(const Node&, std::string_view, Range);
template Result<std::string> value_as<std::string>(const Node&, std::string_view, Range);
template Result<std::vector<int>> value_as<std::vector<int>>(const Node&, std::string_view, Range);
template Result<std::vector<std::int64_t>> value_as<std::vector<std::int64_t>>(const Node&,
                                                                               std::string_view,
                                                                               Range);
template Result<std::vector<double>> value_as<std::vector<double>>(const Node&, std::string_view,
                                                                   Range);
template Result<std::vector<std::string>> value_as<std::vector<std::string>>(const Node&,
                                                                             std::string_view,
                                                                             Range);

Result<MapReader> MapReader::open(const Node& node, std::string_view what) {
  if (!node.is_map()) {
    return invalid_node(
        node, fmt::format("{} must be a map of keys, not {}", what, name_of(node.kind())));
  }
  return MapReader(node, what);
}

const Node* MapReader::find(std::string_view key) {
  if (std::ranges::find(asked_, key) == asked_.end()) {
    asked_.emplace_back(key);
  }
  const Node* const found = node_->find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

Result<const Node*> MapReader::child(std::string_view key) {
  if (const Node* const found = find(key)) {
    return found;
  }
  // A misspelt key is the likeliest reason; say which.
  std::vector<std::string_view> others;
  for (const Node& item : node_->items()) {
    if (std::ranges::find(asked_, item.key()) == asked_.end()) {
      others.push_back(item.key());
    }
  }
  const std::string_view close = nearest(key, others);
  const std::string hint = close.empty() ? "" : fmt::format(" ('{}' is unknown)", close);
  return invalid_node(*node_, fmt::format("{} lacks the key '{}'{}", what_, key, hint));
}

Result<std::size_t> MapReader::choice_index(const Node& node, std::string_view key,
                                            std::span<const std::string_view> words) const {
  if (!node.is_string()) {
    return wrong_kind(node, key, fmt::format("one of {}", fmt::join(words, ", ")));
  }
  const auto found = std::ranges::find(words, node.string());
  if (found == words.end()) {
    return invalid_node(node,
                        fmt::format("'{}' is '{}', but must be one of {}{}", key, node.string(),
                                    fmt::join(words, ", "), did_you_mean(node.string(), words)));
  }
  return static_cast<std::size_t>(found - words.begin());
}

Status MapReader::finish() const {
  const std::vector<std::string_view> known(asked_.begin(), asked_.end());
  for (const Node& item : node_->items()) {
    if (std::ranges::find(known, item.key()) != known.end()) {
      continue;
    }
    const int line = item.key_position().line;
    Error error(
        ErrorCode::kInvalid,
        fmt::format("{}unknown key '{}' in {}{}", line > 0 ? fmt::format("line {}: ", line) : "",
                    item.key(), what_, did_you_mean(item.key(), known)));
    if (line > 0) {
      error = std::move(error).at(fmt::format("{}:{}", item.source(), line));
    }
    return std::unexpected<Error>(std::move(error));
  }
  return {};
}

}  // namespace arete::document
