// A tree of values as YAML and JSON have them, each with its place in the file. Order of keys is
// kept. Not here: parsing (parse.hpp), writing (json_writer.hpp), binding to structs (reader.hpp).
// Threads: a value type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace arete::document {

enum class Kind : std::uint8_t { kNull, kBool, kInteger, kNumber, kString, kList, kMap };

/// "a list", "a number" ..., for messages.
[[nodiscard]] std::string_view name_of(Kind kind);

/// Counted from 1; 0 = not read from a file.
struct Position {
  int line = 0;
  int column = 0;
};

class Node {
 public:
  /// Null.
  Node() = default;
  Node(bool value) : kind_(Kind::kBool), scalar_(value) {}
  Node(std::signed_integral auto value)
      : kind_(Kind::kInteger), scalar_(static_cast<std::int64_t>(value)) {}
  /// Numbers above the largest int64 become kNumber.
  Node(std::unsigned_integral auto value) : Node(from_unsigned(value)) {}
  Node(double value) : kind_(Kind::kNumber), scalar_(value) {}
  /// The double with the shortest text that is this float: 0.82f is written 0.82.
  Node(float value);
  Node(std::string value) : kind_(Kind::kString), scalar_(std::move(value)) {}
  Node(std::string_view value) : Node(std::string(value)) {}
  Node(const char* value) : Node(std::string(value)) {}

  [[nodiscard]] static Node list() { return Node(Kind::kList); }
  [[nodiscard]] static Node map() { return Node(Kind::kMap); }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::kNull; }
  [[nodiscard]] bool is_list() const { return kind_ == Kind::kList; }
  [[nodiscard]] bool is_map() const { return kind_ == Kind::kMap; }
  [[nodiscard]] bool is_string() const { return kind_ == Kind::kString; }

  /// The scalar; the kind must be that one (checked).
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t integer() const;
  /// kNumber, or kInteger as a double.
  [[nodiscard]] double number() const;
  [[nodiscard]] const std::string& string() const;

  /// Children of a list or map; a child of a map has a key().
  [[nodiscard]] std::span<const Node> items() const { return items_; }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] const std::string& key() const { return key_; }
  /// A map's child, or nullptr.
  [[nodiscard]] const Node* find(std::string_view key) const;

  /// Appends to a list (checked); returns *this for chains.
  Node& push(Node child);
  /// Appends to a map or replaces what has this key (checked).
  Node& set(std::string key, Node child);

  [[nodiscard]] Position position() const { return position_; }
  [[nodiscard]] Position key_position() const { return key_position_; }
  /// "model.spec.yaml:12"; only the name if the node has no place, empty if neither.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] std::string_view source() const;

  void place(Position position, std::shared_ptr<const std::string> source);
  void place_key(Position position) { key_position_ = position; }
  /// Appends to a map without looking whether the key is there; parsers have looked.
  Node& append(std::string key, Node child);

  /// Same kinds, values, keys and order; places do not count. NaN equals NaN.
  [[nodiscard]] bool same_as(const Node& other) const;

 private:
  explicit Node(Kind kind) : kind_(kind) {}
  [[nodiscard]] static Node from_unsigned(std::uint64_t value);

  Kind kind_ = Kind::kNull;
  std::variant<std::monostate, bool, std::int64_t, double, std::string> scalar_;
  std::vector<Node> items_;
  std::string key_;
  Position position_;
  Position key_position_;
  std::shared_ptr<const std::string> source_;
};

}  // namespace arete::document
