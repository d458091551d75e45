// SPDX-License-Identifier: Apache-2.0
#include "document/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/result.hpp"

namespace arete::document {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kBool:
      return "true or false";
    case Kind::kInteger:
      return "a whole number";
    case Kind::kNumber:
      return "a number";
    case Kind::kString:
      return "text";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
  }
  return "?";
}

Node::Node(float value) : kind_(Kind::kNumber) {
  if (std::isfinite(value)) {
    scalar_ = std::strtod(fmt::format("{}", value).c_str(), nullptr);
  } else {
    scalar_ = static_cast<double>(value);
  }
}

Node Node::from_unsigned(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return Node(static_cast<std::int64_t>(value));
  }
  return Node(static_cast<double>(value));
}

bool Node::boolean() const {
  ARETE_CHECK(kind_ == Kind::kBool);
  return std::get<bool>(scalar_);
}

std::int64_t Node::integer() const {
  ARETE_CHECK(kind_ == Kind::kInteger);
  return std::get<std::int64_t>(scalar_);
}

double Node::number() const {
  if (kind_ == Kind::kInteger) {
    return static_cast<double>(std::get<std::int64_t>(scalar_));
  }
  ARETE_CHECK(kind_ == Kind::kNumber);
  return std::get<double>(scalar_);
}

const std::string& Node::string() const {
  ARETE_CHECK(kind_ == Kind::kString);
  return std::get<std::string>(scalar_);
}

const Node* Node::find(std::string_view key) const {
  if (kind_ != Kind::kMap) {
    return nullptr;
  }
  const auto found = std::ranges::find(items_, key, &Node::key_);
  return found == items_.end() ? nullptr : &*found;
}

Node& Node::push(Node child) {
  ARETE_CHECK(kind_ == Kind::kList);
  items_.push_back(std::move(child));
  return *this;
}

Node& Node::append(std::string key, Node child) {
  ARETE_CHECK(kind_ == Kind::kMap);
  child.key_ = std::move(key);
  items_.push_back(std::move(child));
  return *this;
}

Node& Node::set(std::string key, Node child) {
  ARETE_CHECK(kind_ == Kind::kMap);
  const auto found = std::ranges::find(items_, key, &Node::key_);
  if (found == items_.end()) {
    return append(std::move(key), std::move(child));
  }
  child.key_ = std::move(key);
  *found = std::move(child);
  return *this;
}

std::string Node::where() const {
  if (position_.line == 0) {
    return std::string(source());
  }
  return fmt::format("{}:{}", source(), position_.line);
}

std::string_view Node::source() const {
  return source_ == nullptr ? std::string_view() : std::string_view(*source_);
}

void Node::place(Position position, std::shared_ptr<const std::string> source) {
  position_ = position;
  source_ = std::move(source);
}

bool Node::same_as(const Node& other) const {
  if (kind_ != other.kind_ || items_.size() != other.items_.size()) {
    return false;
  }
  if (kind_ == Kind::kNumber && std::isnan(number())) {
    return std::isnan(other.number());
  }
  if (scalar_ != other.scalar_) {
    return false;
  }
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].key_ != other.items_[i].key_ || !items_[i].same_as(other.items_[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace arete::document
