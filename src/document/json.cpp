// A strict RFC 8259 parser of our own: the common libraries tell the byte of an error at best, and
// we need the line of every value.
// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

#include "document/parse.hpp"
#include "document/utf8.hpp"

namespace arete::document {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class JsonParser {
 public:
  JsonParser(std::string_view text, std::string_view source, const ParseLimits& limits)
      : text_(text), source_(std::make_shared<const std::string>(source)), limits_(limits) {}

  Result<Node> run() {
    if (text_.size() > limits_.bytes) {
      return error(ErrorCode::kNoSpace, fmt::format("the text has {} bytes, more than the limit "
                                                    "of {}",
                                                    text_.size(), limits_.bytes));
    }
    ARETE_TRY_ASSIGN(Node root, value(0));
    skip_space();
    if (!at_end()) {
      return corrupt("something follows the end of the document");
    }
    return root;
  }

 private:
  [[nodiscard]] bool at_end() const { return offset_ == text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[offset_]; }
  [[nodiscard]] Position position() const {
    return {line_, static_cast<int>(offset_ - line_start_) + 1};
  }

  [[nodiscard]] std::unexpected<Error> error(ErrorCode code, std::string message) const {
    const Position at = position();
    message = fmt::format("line {}, column {}: {}", at.line, at.column, message);
    return std::unexpected<Error>(
        Error(code, std::move(message)).at(fmt::format("{}:{}", *source_, at.line)));
  }
  [[nodiscard]] std::unexpected<Error> corrupt(std::string message) const {
    return error(ErrorCode::kCorrupt, std::move(message));
  }
  /// What stands here, for messages.
  [[nodiscard]] std::string found() const {
    if (at_end()) {
      return "the end of the text";
    }
    const std::size_t length = utf8_length(text_.substr(offset_));
    if (length == 0 || static_cast<unsigned char>(peek()) < 0x20) {
      return fmt::format("byte 0x{:02x}", static_cast<unsigned char>(peek()));
    }
    return fmt::format("'{}'", text_.substr(offset_, length));
  }

  void skip_space() {
    while (!at_end()) {
      const char c = text_[offset_];
      if (c == '\n') {
        ++line_;
        line_start_ = offset_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
      ++offset_;
    }
  }

  Result<Node> value(int depth) {
    skip_space();
    if (++nodes_ > limits_.nodes) {
      return error(ErrorCode::kNoSpace, fmt::format("more than {} values", limits_.nodes));
    }
    if (depth > limits_.depth) {
      return error(ErrorCode::kNoSpace, fmt::format("nested deeper than {}", limits_.depth));
    }
    const Position start = position();
    Result<Node> parsed = unplaced_value(depth);
    if (parsed.has_value()) {
      parsed->place(start, source_);
    }
    return parsed;
  }

  Result<Node> unplaced_value(int depth) {
    switch (peek()) {
      case '{':
        return map(depth);
      case '[':
        return list(depth);
      case '"': {
        ARETE_TRY_ASSIGN(std::string text, string());
        return Node(std::move(text));
      }
      case 't':
        return word("true", Node(true));
      case 'f':
        return word("false", Node(false));
      case 'n':
        return word("null", Node());
      default:
        return number();
    }
  }

  Result<Node> word(std::string_view expected, Node node) {
    if (!text_.substr(offset_).starts_with(expected)) {
      return corrupt(fmt::format("expected a value, found {}", found()));
    }
    offset_ += expected.size();
    return node;
  }

  void skip_digits() {
    while (is_digit(peek())) {
      ++offset_;
    }
  }

  Result<Node> number() {
    const std::size_t start = offset_;
    bool whole = true;
    offset_ += peek() == '-' ? 1 : 0;
    if (!is_digit(peek())) {
      offset_ = start;
      return corrupt(fmt::format("expected a value, found {}", found()));
    }
    if (peek() == '0' && offset_ + 1 < text_.size() && is_digit(text_[offset_ + 1])) {
      return corrupt("a number starts with a needless 0");
    }
    skip_digits();
    if (peek() == '.') {
      whole = false;
      ++offset_;
      if (!is_digit(peek())) {
        return corrupt("a number ends with its point");
      }
      skip_digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      whole = false;
      ++offset_;
      offset_ += peek() == '+' || peek() == '-' ? 1 : 0;
      if (!is_digit(peek())) {
        return corrupt("a number has no digits in its exponent");
      }
      skip_digits();
    }
    return number_of(std::string(text_.substr(start, offset_ - start)), whole);
  }

  static Node number_of(const std::string& digits, bool whole) {
    std::int64_t integer = 0;
    const char* end = digits.data() + digits.size();
    if (whole && std::from_chars(digits.data(), end, integer).ec == std::errc()) {
      // -0 is a number of its own.
      return digits == "-0" ? Node(-0.0) : Node(integer);
    }
    return Node(std::strtod(digits.c_str(), nullptr));
  }

  Result<Node> list(int depth) {
    ++offset_;
    Node node = Node::list();
    skip_space();
    if (peek() == ']') {
      ++offset_;
      return node;
    }
    while (true) {
      ARETE_TRY_ASSIGN(Node child, value(depth + 1));
      node.push(std::move(child));
      skip_space();
      if (peek() == ']') {
        ++offset_;
        return node;
      }
      if (peek() != ',') {
        return corrupt(fmt::format("expected ',' or ']', found {}", found()));
      }
      ++offset_;
    }
  }

  Result<Node> map(int depth) {
    ++offset_;
    Node node = Node::map();
    std::unordered_set<std::string> seen;
    skip_space();
    if (peek() == '}') {
      ++offset_;
      return node;
    }
    while (true) {
      ARETE_TRY(entry(node, seen, depth));
      skip_space();
      if (peek() == '}') {
        ++offset_;
        return node;
      }
      if (peek() != ',') {
        return corrupt(fmt::format("expected ',' or '}}', found {}", found()));
      }
      ++offset_;
    }
  }

  Status entry(Node& node, std::unordered_set<std::string>& seen, int depth) {
    skip_space();
    const Position at = position();
    if (peek() != '"') {
      return corrupt(fmt::format("expected a key in quotes, found {}", found()));
    }
    ARETE_TRY_ASSIGN(std::string key, string());
    if (!seen.insert(key).second) {
      return corrupt(fmt::format("the key '{}' is there twice", key));
    }
    skip_space();
    if (peek() != ':') {
      return corrupt(fmt::format("expected ':', found {}", found()));
    }
    ++offset_;
    ARETE_TRY_ASSIGN(Node child, value(depth + 1));
    child.place_key(at);
    node.append(std::move(key), std::move(child));
    return {};
  }

  Result<std::string> string() {
    ++offset_;
    std::string out;
    while (true) {
      if (at_end()) {
        return corrupt("a text is not closed");
      }
      const char c = peek();
      if (c == '"') {
        ++offset_;
        return out;
      }
      if (c == '\\') {
        ARETE_TRY(escape(out));
        continue;
      }
      const std::size_t length = utf8_length(text_.substr(offset_));
      if (length == 0 || static_cast<unsigned char>(c) < 0x20) {
        return corrupt(fmt::format("{} in a text must be escaped or is not UTF-8", found()));
      }
      out += text_.substr(offset_, length);
      offset_ += length;
    }
  }

  Status escape(std::string& out) {
    ++offset_;
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t simple = at_end() ? std::string_view::npos : kLetters.find(peek());
    if (simple != std::string_view::npos) {
      out.push_back(kMeanings[simple]);
      ++offset_;
      return {};
    }
    if (peek() != 'u') {
      return corrupt(fmt::format("unknown escape, found {} after '\\'", found()));
    }
    ++offset_;
    ARETE_TRY_ASSIGN(std::uint32_t code, hex4());
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(offset_).starts_with("\\u")) {
      offset_ += 2;
      ARETE_TRY_ASSIGN(const std::uint32_t low, hex4());
      if (low < 0xDC00 || low >= 0xE000) {
        return corrupt("half a surrogate pair");
      }
      code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
    } else if (code >= 0xD800 && code < 0xE000) {
      return corrupt("half a surrogate pair");
    }
    append_utf8(out, code);
    return {};
  }

  Result<std::uint32_t> hex4() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      if (std::isxdigit(static_cast<unsigned char>(peek())) == 0) {
        return corrupt(fmt::format("expected four hexadecimal digits, found {}", found()));
      }
      const char c = text_[offset_++];
      const int digit = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    return code;
  }

  std::string_view text_;
  std::shared_ptr<const std::string> source_;
  ParseLimits limits_;
  std::size_t offset_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
  std::size_t nodes_ = 0;
};

}  // namespace

Result<Node> parse_json(std::string_view text, std::string_view source, const ParseLimits& limits) {
  return JsonParser(text, source, limits).run();
}

}  // namespace arete::document
