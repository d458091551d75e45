// What must hold for any tree and any text: printing and parsing are inverse, nothing crashes.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <string>

#include "document/json_writer.hpp"
#include "document/parse.hpp"
#include "document/utf8.hpp"

namespace arete::document {
namespace {

class TreeMaker {
 public:
  explicit TreeMaker(std::uint64_t seed) : random_(seed) {}

  Node tree(int depth) {
    switch (below(depth > 0 ? 8 : 6)) {
      case 0:
        return {};
      case 1:
        return Node(below(2) == 1);
      case 2:
        return Node(static_cast<std::int64_t>(random_()));
      case 3:
        return Node(static_cast<std::int64_t>(below(2000)) - 1000);
      case 4:
        return Node(finite());
      case 5:
        return Node(text());
      case 6: {
        Node list = Node::list();
        for (std::uint64_t i = below(5); i > 0; --i) {
          list.push(tree(depth - 1));
        }
        return list;
      }
      default: {
        Node map = Node::map();
        for (std::uint64_t i = below(5); i > 0; --i) {
          map.set(text(), tree(depth - 1));
        }
        return map;
      }
    }
  }

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

 private:
  double finite() {
    const double value = std::bit_cast<double>(random_());
    return std::isfinite(value) ? value : 0.5;
  }
  std::string text() {
    static const std::string kPieces[] = {"a",  "no", "1", " ",    "\"",   "\\",      "\n",
                                          "\t", ": ", "#", "- ",   "\x01", "é",       "€",
                                          "😀", "{",  "]", "null", "&x ",  "\xC2\x85"};
    std::string out;
    for (std::uint64_t i = below(6); i > 0; --i) {
      out += kPieces[below(std::size(kPieces))];
    }
    return out;
  }

  std::mt19937_64 random_;
};

TEST(DocumentProperty, JsonRoundTripIsIdentity) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const Node tree = TreeMaker(seed).tree(5);
    for (const JsonStyle style : {JsonStyle::kLine, JsonStyle::kIndented}) {
      const auto parsed = parse_json(to_json(tree, style), "t");
      ASSERT_TRUE(parsed.has_value()) << seed << " " << parsed.error().message();
      ASSERT_TRUE(parsed->same_as(tree)) << seed << "\n" << to_json(tree, style);
    }
  }
}

TEST(DocumentProperty, CanonicalFormIsAFixedPoint) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const std::string once = to_json(TreeMaker(seed).tree(5), JsonStyle::kCanonical);
    const auto parsed = parse_json(once, "t");
    ASSERT_TRUE(parsed.has_value()) << seed;
    ASSERT_EQ(to_json(*parsed, JsonStyle::kCanonical), once) << seed;
  }
}

// YAML is a superset of JSON: the YAML parser must read what the JSON writer prints.
TEST(DocumentProperty, YamlReadsPrintedJson) {
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    const Node tree = TreeMaker(seed).tree(4);
    const std::string text = to_json(tree);
    const auto parsed = parse_yaml(text, "t");
    ASSERT_TRUE(parsed.has_value()) << seed << " " << parsed.error().message() << "\n" << text;
    ASSERT_TRUE(parsed->same_as(tree)) << seed << "\n" << text << "\n" << to_json(*parsed);
  }
}

TEST(DocumentProperty, FlippedBytesNeverCrash) {
  const std::string sample =
      "spec: 1\nname: \"x\"\ninputs:\n  - {kind: image, size: [1, 2]}\n  - &a\n    k: |\n      t\n"
      "outputs: [*a, 'q', 1.5e3, !t z]\n? key\n: value\n";
  std::mt19937_64 random(7);
  int parsed_count = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = sample;
    for (int flips = 1 + static_cast<int>(random() % 3); flips > 0; --flips) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    text.resize(text.size() - random() % 20);
    const auto yaml = parse_yaml(text, "t");
    parsed_count += yaml.has_value() ? 1 : 0;
    EXPECT_TRUE(yaml.has_value() || !yaml.error().message().empty());
    const auto json = parse_json(text, "t");
    EXPECT_TRUE(json.has_value() || !json.error().message().empty());
  }
  EXPECT_GT(parsed_count, 0);
}

}  // namespace
}  // namespace arete::document
