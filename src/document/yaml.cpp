// The only file that sees yaml-cpp. Its events, not its tree: events carry tags and aliases, and
// let us stop before a bomb has gone off.
// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <memory>
#include <optional>
#include <spanstream>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "document/parse.hpp"
#include "document/utf8.hpp"
#include "document/yaml_scalar.hpp"

namespace arete::document {
namespace {

/// Thrown through yaml-cpp to leave it; caught in parse_yaml.
struct YamlStopped {
  Error error;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view source, const ParseLimits& limits)
      : source_(std::make_shared<const std::string>(source)), limits_(limits) {
    root_.place({1, 1}, source_);  // of a text that has nothing in it
  }

  [[nodiscard]] Error error_at(const YAML::Mark& mark, ErrorCode code,
                               std::string_view message) const {
    const Position at = position_of(mark);
    return Error(code, fmt::format("line {}, column {}: {}", at.line, at.column, message))
        .at(fmt::format("{}:{}", *source_, at.line));
  }

  [[nodiscard]] Node take_root() && { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      stop(mark, ErrorCode::kCorrupt, "a second document starts; one is expected");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    leaf(mark, anchor, Node());
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      stop(mark, ErrorCode::kCorrupt, "an alias stands inside what it names");
    }
    count(mark, found->second.nodes);
    check_depth(mark, static_cast<int>(open_.size()) + found->second.depth);
    Node copy = found->second.node;
    complete(mark, std::move(copy), 0, found->second.depth, found->second.nodes);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!is_utf8(value)) {
      stop(mark, ErrorCode::kCorrupt, "a text is not UTF-8");
    }
    // yaml-cpp says "?" for plain scalars and "!" for quoted ones.
    leaf(mark, anchor, tag == "?" ? resolve_plain_scalar(value) : Node(value));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, Node::list());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, Node::map());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Anchored {
    Node node;
    int depth = 0;
    std::size_t nodes = 1;
  };
  struct Open {
    Node node;
    YAML::Mark mark;
    YAML::anchor_t anchor = 0;
    int depth = 0;          ///< of what it holds
    std::size_t nodes = 1;  ///< itself and what it holds
    std::optional<std::string> key;
    Position key_position;
    std::unordered_set<std::string> keys;
  };

  static Position position_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

  [[noreturn]] void stop(const YAML::Mark& mark, ErrorCode code, std::string_view message) const {
    throw YamlStopped{error_at(mark, code, message)};
  }

  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > limits_.nodes) {
      stop(mark, ErrorCode::kNoSpace, fmt::format("more than {} values", limits_.nodes));
    }
  }
  void check_depth(const YAML::Mark& mark, int depth) const {
    if (depth > limits_.depth) {
      stop(mark, ErrorCode::kNoSpace, fmt::format("nested deeper than {}", limits_.depth));
    }
  }

  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor, Node node) {
    count(mark, 1);
    complete(mark, std::move(node), anchor, 0, 1);
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Node node) {
    if (waits_for_key()) {
      stop(mark, ErrorCode::kCorrupt, "a key must be text, not a list or map");
    }
    count(mark, 1);
    check_depth(mark, static_cast<int>(open_.size()) + 1);
    Open opened;
    opened.node = std::move(node);
    opened.mark = mark;
    opened.anchor = anchor;
    open_.push_back(std::move(opened));
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    complete(closed.mark, std::move(closed.node), closed.anchor, closed.depth + 1, closed.nodes);
  }

  [[nodiscard]] bool waits_for_key() const {
    return !open_.empty() && open_.back().node.is_map() && !open_.back().key.has_value();
  }

  /// A finished value goes to its parent: as a key, as a key's value, or as an item.
  void complete(const YAML::Mark& mark, Node node, YAML::anchor_t anchor, int depth,
                std::size_t nodes) {
    node.place(position_of(mark), source_);
    if (anchor != 0) {
      anchors_[anchor] = {node, depth, nodes};
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    parent.depth = std::max(parent.depth, depth);
    parent.nodes += nodes;
    if (waits_for_key()) {
      take_key(mark, node);
    } else if (parent.key) {
      node.place_key(parent.key_position);
      parent.node.append(std::move(*parent.key), std::move(node));
      parent.key.reset();
    } else {
      parent.node.push(std::move(node));
    }
  }

  void take_key(const YAML::Mark& mark, const Node& node) {
    if (!node.is_string()) {
      stop(mark, ErrorCode::kCorrupt,
           fmt::format("a key must be text, not {} (put it in quotes)", name_of(node.kind())));
    }
    Open& parent = open_.back();
    if (!parent.keys.insert(node.string()).second) {
      stop(mark, ErrorCode::kCorrupt, fmt::format("the key '{}' is there twice", node.string()));
    }
    parent.key = node.string();
    parent.key_position = position_of(mark);
  }

  std::shared_ptr<const std::string> source_;
  ParseLimits limits_;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

}  // namespace

Result<Node> parse_yaml(std::string_view text, std::string_view source, const ParseLimits& limits) {
  if (text.size() > limits.bytes) {
    return fail_at(source, ErrorCode::kNoSpace, "the text has {} bytes, more than the limit of {}",
                   text.size(), limits.bytes);
  }
  // The library also takes UTF-16 and has no opinion on broken UTF-8: we take UTF-8 only.
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    return fail_at(source, ErrorCode::kCorrupt, "the text is not UTF-8");
  }
  TreeBuilder builder(source, limits);
  try {
    std::ispanstream stream(std::span<const char>(text.data(), text.size()));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YamlStopped& stopped) {
    return std::unexpected<Error>(stopped.error);
  } catch (const YAML::Exception& error) {
    return std::unexpected<Error>(builder.error_at(error.mark, ErrorCode::kCorrupt, error.msg));
  } catch (const std::exception& error) {
    return fail_at(source, ErrorCode::kCorrupt, "{}", error.what());
  }
  return std::move(builder).take_root();
}

}  // namespace arete::document
