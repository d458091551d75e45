// SPDX-License-Identifier: Apache-2.0
#include "document/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "document/utf8.hpp"

namespace arete::document {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text[0];
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\b') {
      out += "\\b";
    } else if (c == '\f') {
      out += "\\f";
    } else if (length == 1 && static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out.push_back('"');
}

/// ECMAScript's Number::toString (7.1.12.1): shortest digits, exponent from 1e21 and below 1e-6.
std::string ecmascript_number(double value) {
  if (value == 0) {
    return "0";
  }
  const double magnitude = std::abs(value);
  std::string shortest;
  for (int precision = 0; precision < 18; ++precision) {
    shortest = fmt::format("{:.{}e}", magnitude, precision);
    if (std::strtod(shortest.c_str(), nullptr) == magnitude) {
      break;
    }
  }
  const std::size_t mark = shortest.find('e');
  const int point = std::atoi(shortest.c_str() + mark + 1) + 1;
  std::string digits = shortest.substr(0, mark);
  std::erase(digits, '.');
  const int count = static_cast<int>(digits.size());
  std::string out = value < 0 ? "-" : "";
  if (point > 21 || point <= -6) {
    out += digits.substr(0, 1) + (count > 1 ? "." + digits.substr(1) : "");
    return out + fmt::format("e{}{}", point > 0 ? "+" : "-", std::abs(point - 1));
  }
  if (point <= 0) {
    return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  }
  if (count <= point) {
    return out + digits + std::string(static_cast<std::size_t>(point - count), '0');
  }
  return out + digits.substr(0, static_cast<std::size_t>(point)) + "." +
         digits.substr(static_cast<std::size_t>(point));
}

void append_number(std::string& out, double value, JsonStyle style) {
  if (!std::isfinite(value)) {
    out += "null";
  } else if (style == JsonStyle::kCanonical) {
    out += ecmascript_number(value);
  } else {
    const std::string text = fmt::format("{}", value);
    out += text;
    if (text.find_first_of(".e") == std::string::npos) {
      out += ".0";
    }
  }
}

/// RFC 8785 sorts keys by their UTF-16 code units: above U+FFFF sorts as a surrogate (0xD800..).
bool utf16_less(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::size_t length_a = std::max<std::size_t>(utf8_length(a), 1);
    const std::size_t length_b = std::max<std::size_t>(utf8_length(b), 1);
    const std::uint32_t code_a = utf8_code_point(a.substr(0, length_a));
    const std::uint32_t code_b = utf8_code_point(b.substr(0, length_b));
    if (code_a != code_b) {
      const auto unit = [](std::uint32_t code) {
        return code < 0x10000 ? code : 0xD800 + ((code - 0x10000) >> 10U);
      };
      return unit(code_a) == unit(code_b) ? code_a < code_b : unit(code_a) < unit(code_b);
    }
    a.remove_prefix(length_a);
    b.remove_prefix(length_b);
  }
  return a.empty() && !b.empty();
}

class Writer {
 public:
  explicit Writer(JsonStyle style) : style_(style) {}

  void write(const Node& node, int depth) {
    switch (node.kind()) {
      case Kind::kNull:
        out_ += "null";
        break;
      case Kind::kBool:
        out_ += node.boolean() ? "true" : "false";
        break;
      case Kind::kInteger:
        out_ += std::to_string(node.integer());
        break;
      case Kind::kNumber:
        append_number(out_, node.number(), style_);
        break;
      case Kind::kString:
        append_quoted(out_, node.string());
        break;
      case Kind::kList:
      case Kind::kMap:
        write_children(node, depth);
        break;
    }
  }

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void write_children(const Node& node, int depth) {
    const bool map = node.is_map();
    std::vector<const Node*> children;
    children.reserve(node.size());
    for (const Node& child : node.items()) {
      children.push_back(&child);
    }
    if (map && style_ == JsonStyle::kCanonical) {
      std::ranges::stable_sort(
          children, [](const Node* a, const Node* b) { return utf16_less(a->key(), b->key()); });
    }
    out_.push_back(map ? '{' : '[');
    bool first = true;
    for (const Node* child : children) {
      separate(first, depth + 1);
      first = false;
      if (map) {
        append_quoted(out_, child->key());
        out_ += style_ == JsonStyle::kCanonical ? ":" : ": ";
      }
      write(*child, depth + 1);
    }
    if (!first) {
      break_line(depth);
    }
    out_.push_back(map ? '}' : ']');
  }

  void separate(bool first, int depth) {
    if (!first) {
      out_ += style_ == JsonStyle::kLine ? ", " : ",";
    }
    break_line(depth);
  }

  void break_line(int depth) {
    if (style_ == JsonStyle::kIndented) {
      out_.push_back('\n');
      out_.append(static_cast<std::size_t>(depth) * 2, ' ');
    }
  }

  JsonStyle style_;
  std::string out_;
};

}  // namespace

std::string to_json(const Node& node, JsonStyle style) {
  Writer writer(style);
  writer.write(node, 0);
  return std::move(writer).take();
}

std::string json_quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

}  // namespace arete::document
