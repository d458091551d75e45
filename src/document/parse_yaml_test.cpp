// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "document/json_writer.hpp"
#include "document/parse.hpp"

namespace arete::document {
namespace {

Node yaml(std::string_view text) {
  auto parsed = parse_yaml(text, "t.yaml");
  EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : parsed.error().message());
  return parsed.value_or(Node());
}

/// As JSON, "error" if it does not parse.
std::string read(std::string_view text) {
  const auto parsed = parse_yaml(text, "t.yaml");
  return parsed.has_value() ? to_json(*parsed) : "error " + parsed.error().where();
}

TEST(ParseYaml, ReadsBlocksAndFlows) {
  EXPECT_EQ(read("a: 1\nb: [x, y]\nc:\n  - d: {e: f}\n"),
            R"({"a": 1, "b": ["x", "y"], "c": [{"d": {"e": "f"}}]})");
  EXPECT_EQ(read(""), "null");
  EXPECT_EQ(parse_yaml("", "t.yaml")->where(), "t.yaml:1");
  EXPECT_EQ(read("# only a comment\n"), "null");
  EXPECT_EQ(read("a: |\n  one\n  two\n"), R"({"a": "one\ntwo\n"})");
}

TEST(ParseYaml, PlainScalarsFollowTheCoreSchema) {
  EXPECT_EQ(read("[no, yes, on, off, y, n]"), R"(["no", "yes", "on", "off", "y", "n"])");
  EXPECT_EQ(read("[true, True, FALSE, ~, null, Null]"), "[true, true, false, null, null, null]");
  EXPECT_EQ(read("[1, -2, +3, 0o17, 0xFF, 007]"), "[1, -2, 3, 15, 255, 7]");
  EXPECT_EQ(read("[1.5, .5, 5., 1e3, -1.5E-2]"), "[1.5, 0.5, 5.0, 1000.0, -0.015]");
  EXPECT_EQ(read("[1_000, 1:30, 0b1, 0o8, 0xG, 1e, ., -, +, 1.2.3, .e5]"),
            R"(["1_000", "1:30", "0b1", "0o8", "0xG", "1e", ".", "-", "+", "1.2.3", ".e5"])");
  EXPECT_EQ(yaml("99999999999999999999").kind(), Kind::kNumber);
  EXPECT_TRUE(std::isnan(yaml(".nan").number()));
  EXPECT_EQ(yaml("-.inf").number(), -HUGE_VAL);
}

TEST(ParseYaml, QuotedScalarsStayText) {
  EXPECT_EQ(read(R"(["1", 'true', "null", '~', ""])"), R"(["1", "true", "null", "~", ""])");
}

TEST(ParseYaml, RemembersPlaces) {
  const Node node = yaml("a: 1\nlist:\n  - x\n  - key: v\n");
  EXPECT_EQ(node.find("a")->position().line, 1);
  EXPECT_EQ(node.find("list")->key_position().line, 2);
  EXPECT_EQ(node.find("list")->items()[1].find("key")->position().line, 4);
  EXPECT_EQ(node.find("list")->items()[1].find("key")->position().column, 10);
}

TEST(ParseYaml, AliasesAreCopies) {
  EXPECT_EQ(read("a: &x [1, 2]\nb: *x\n"), R"({"a": [1, 2], "b": [1, 2]})");
  EXPECT_EQ(read("a: &x 1\n<<: *x\n"), R"({"a": 1, "<<": 1})");
}

TEST(ParseYaml, TagsAreIgnored) {
  EXPECT_EQ(read("a: !!python/object:os.system 5\nb: !local [1]\n"), R"({"a": "5", "b": [1]})");
}

TEST(ParseYaml, RefusesWithThePlace) {
  EXPECT_EQ(read("a: 1\na: 2\n"), "error t.yaml:2");
  EXPECT_EQ(read("a: 1\n? [b]\n: 2\n"), "error t.yaml:2");
  EXPECT_EQ(read("1: a\n"), "error t.yaml:1");
  EXPECT_EQ(read("a: 1\n---\nb: 2\n"), "error t.yaml:2");
  EXPECT_EQ(read("a: &x [*x]\n"), "error t.yaml:1");
  EXPECT_EQ(read("a: *nothing\n"), "error t.yaml:1");
  EXPECT_EQ(read("a: [1\n"), "error t.yaml:1");
  EXPECT_EQ(read("a: \"\xFF\"\n"), "error t.yaml");
  EXPECT_EQ(read(std::string_view("a\0b", 3)), "error t.yaml");
}

TEST(ParseYaml, AliasBombsStopEarly) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 1; j < 10; ++j) {
      bomb += ", " + before;
    }
    bomb += "]\n";
  }
  const auto parsed = parse_yaml(bomb, "t");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().code(), ErrorCode::kNoSpace);
}

TEST(ParseYaml, DepthIsLimitedThroughAliasesToo) {
  std::string deep;
  for (int i = 0; i < 100; ++i) {
    deep += "[";
  }
  EXPECT_FALSE(parse_yaml(deep + std::string(100, ']'), "t").has_value());
  EXPECT_FALSE(parse_yaml(std::string(100000, '['), "t").has_value());
  EXPECT_FALSE(parse_yaml(std::string(100000, '{'), "t").has_value());
  const std::string chain = "a: &a [[[[x]]]]\nb: &b [[[*a]]]\nc: [[*b]]\n";
  EXPECT_TRUE(parse_yaml(chain, "t", {.depth = 11}).has_value());
  EXPECT_FALSE(parse_yaml(chain, "t", {.depth = 9}).has_value());
}

}  // namespace
}  // namespace arete::document
