// Strict binding of a map to a struct: every key is asked for by name and type, ranges are checked,
// and finish() refuses what nobody asked for. All errors are kInvalid with "source:line" as place.
//   MapReader reader(node);
//   ARETE_TRY_ASSIGN(settings.iou, reader.optional<double>("iou", 0.45, {0, 1}));
//   ARETE_TRY(reader.finish());
// Threads: one reader, one thread. The node must outlive the reader.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "document/node.hpp"

namespace arete::document {

/// Both ends belong to it.
struct Range {
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
};

/// A word of the file and what it stands for.
template <class Enum>
using Choice = std::pair<std::string_view, Enum>;

/// An error about `node`: place and line filled in.
[[nodiscard]] std::unexpected<Error> invalid_node(const Node& node, std::string message);

/// One value as T: bool, int, std::int64_t, double, std::string, or a std::vector of these.
/// Whole numbers are taken as doubles, never the other way; `what` names it in messages.
template <class T>
[[nodiscard]] Result<T> value_as(const Node& node, std::string_view what, Range range = {});

class MapReader {
 public:
  /// `what` names the map in messages: "the image input".
  [[nodiscard]] static Result<MapReader> open(const Node& node, std::string_view what);

  /// The child, or nullptr; counts as asked for. Null values count as absent.
  [[nodiscard]] const Node* find(std::string_view key);
  /// The child; an error if absent.
  [[nodiscard]] Result<const Node*> child(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) { return find(key) != nullptr; }

  template <class T>
  [[nodiscard]] Result<T> required(std::string_view key, Range range = {}) {
    ARETE_TRY_ASSIGN(const Node* const node, child(key));
    return value_as<T>(*node, key, range);
  }
  template <class T>
  [[nodiscard]] Result<T> optional(std::string_view key, T fallback, Range range = {}) {
    const Node* const node = find(key);
    if (node == nullptr) {
      return fallback;
    }
    return value_as<T>(*node, key, range);
  }
  /// nullopt if absent.
  template <class T>
  [[nodiscard]] Result<std::optional<T>> maybe(std::string_view key, Range range = {}) {
    const Node* const node = find(key);
    if (node == nullptr) {
      return std::optional<T>();
    }
    ARETE_TRY_ASSIGN(T value, value_as<T>(*node, key, range));
    return std::optional<T>(std::move(value));
  }
  /// One of a few words.
  template <class Enum>
  [[nodiscard]] Result<Enum> choice(std::string_view key, Enum fallback,
                                    std::span<const Choice<Enum>> choices);

  /// An error if a key is there that nobody has asked for, with its line and a suggestion.
  [[nodiscard]] Status finish() const;

  [[nodiscard]] const Node& node() const { return *node_; }
  [[nodiscard]] int line() const { return node_->position().line; }

 private:
  MapReader(const Node& node, std::string_view what) : node_(&node), what_(what) {}
  [[nodiscard]] Result<std::size_t> choice_index(const Node& node, std::string_view key,
                                                 std::span<const std::string_view> words) const;

  const Node* node_;
  std::string what_;
  std::vector<std::string> asked_;
};

template <class Enum>
Result<Enum> MapReader::choice(std::string_view key, Enum fallback,
                               std::span<const Choice<Enum>> choices) {
  const Node* const node = find(key);
  if (node == nullptr) {
    return fallback;
  }
  std::vector<std::string_view> words;
  for (const Choice<Enum>& entry : choices) {
    words.push_back(entry.first);
  }
  ARETE_TRY_ASSIGN(const std::size_t index, choice_index(*node, key, words));
  return choices[index].second;
}

extern template Result<bool> value_as<bool>(const Node&, std::string_view, Range);
extern template Result<int> value_as<int>(const Node&, std::string_view, Range);
extern template Result<std::int64_t> value_as<std::int64_t>(const Node&, std::string_view, Range);
extern template Result<double> value_as<double>(const Node&, std::string_view, Range);
extern template Result<std::string> value_as<std::string>(const Node&, std::string_view, Range);

}  // namespace arete::document
