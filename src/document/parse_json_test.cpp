// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "document/json_writer.hpp"
#include "document/parse.hpp"
#include "document/utf8.hpp"

namespace arete::document {
namespace {

Node json(std::string_view text) {
  auto parsed = parse_json(text, "test.json");
  EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : parsed.error().message());
  return parsed.value_or(Node());
}

struct BadJson {
  std::string_view text;
  std::string_view where;
  std::string_view message;
};

class BadJsonTest : public testing::TestWithParam<BadJson> {};

TEST_P(BadJsonTest, IsRefusedWithItsPlace) {
  const auto parsed = parse_json(GetParam().text, "t");
  ASSERT_FALSE(parsed.has_value()) << GetParam().text;
  EXPECT_EQ(parsed.error().where(), GetParam().where) << parsed.error().message();
  EXPECT_NE(parsed.error().message().find(GetParam().message), std::string::npos)
      << parsed.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    All, BadJsonTest,
    testing::Values(
        BadJson{"", "t:1", "the end of the text"}, BadJson{"{\n\"a\": }", "t:2", "found '}'"},
        BadJson{"[1,]", "t:1", "expected a value"}, BadJson{"[1\n\n2]", "t:3", "expected ','"},
        BadJson{"{\"a\":1,\"a\":2}", "t:1", "'a' is there twice"},
        BadJson{"[1] x", "t:1", "follows the end"}, BadJson{"01", "t:1", "needless 0"},
        BadJson{"1.", "t:1", "point"}, BadJson{"1e", "t:1", "exponent"},
        BadJson{"+1", "t:1", "'+'"}, BadJson{"NaN", "t:1", "'N'"}, BadJson{"nul", "t:1", "'n'"},
        BadJson{"\"a\nb\"", "t:1", "byte 0x0a"}, BadJson{"\"\\x\"", "t:1", "escape"},
        BadJson{"\"\\ud800\"", "t:1", "surrogate"},
        BadJson{"\"\\ud800\\u0041\"", "t:1", "surrogate"}, BadJson{"\"\\u12g4\"", "t:1", "'g'"},
        BadJson{"\"abc", "t:1", "not closed"}, BadJson{"\"\xC0\x80\"", "t:1", "byte 0xc0"},
        BadJson{"{a: 1}", "t:1", "key in quotes"}, BadJson{"[1", "t:1", "the end of the text"},
        BadJson{"{\"a\" 1}", "t:1", "expected ':'"}));

TEST(ParseJson, KnowsEveryKind) {
  const Node node = json(R"({"n": null, "t": true, "f": false, "i": -12, "d": 1.5, "s": "x",
                             "l": [1, 2], "m": {}})");
  EXPECT_TRUE(node.find("n")->is_null());
  EXPECT_TRUE(node.find("t")->boolean());
  EXPECT_FALSE(node.find("f")->boolean());
  EXPECT_EQ(node.find("i")->integer(), -12);
  EXPECT_EQ(node.find("d")->number(), 1.5);
  EXPECT_EQ(node.find("s")->string(), "x");
  EXPECT_EQ(node.find("l")->size(), 2U);
  EXPECT_TRUE(node.find("m")->is_map());
  EXPECT_EQ(node.find("absent"), nullptr);
}

TEST(ParseJson, RemembersLineAndColumn) {
  const Node node = json("{\n  \"a\": 1,\n  \"b\": [\n    true]}");
  EXPECT_EQ(node.find("a")->position().line, 2);
  EXPECT_EQ(node.find("a")->position().column, 8);
  EXPECT_EQ(node.find("b")->key_position().column, 3);
  EXPECT_EQ(node.find("b")->items()[0].position().line, 4);
  EXPECT_EQ(node.find("a")->where(), "test.json:2");
}

TEST(ParseJson, IntegersBeyondInt64BecomeNumbers) {
  EXPECT_EQ(json("9223372036854775807").integer(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(json("9223372036854775808").kind(), Kind::kNumber);
  EXPECT_EQ(json("-9223372036854775808").integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(std::signbit(json("-0").number()));
}

TEST(ParseJson, EscapesBecomeUtf8) {
  EXPECT_EQ(json(R"("\u00e9\ud83d\ude00\n\"\/")").string(), "\xC3\xA9\xF0\x9F\x98\x80\n\"/");
}

TEST(ParseJson, LimitsHold) {
  const auto code_of = [](std::string_view text, ParseLimits limits) {
    const auto parsed = parse_json(text, "t", limits);
    return parsed.has_value() ? std::string("ok") : std::string(name_of(parsed.error().code()));
  };
  EXPECT_EQ(code_of("[[[1]]]", {.depth = 3}), "ok");
  EXPECT_EQ(code_of("[[[[1]]]]", {.depth = 3}), name_of(ErrorCode::kNoSpace));
  EXPECT_EQ(code_of("[1,2,3]", {.nodes = 4}), "ok");
  EXPECT_EQ(code_of("[1,2,3]", {.nodes = 3}), name_of(ErrorCode::kNoSpace));
  EXPECT_EQ(code_of("[1,2,3]", {.bytes = 6}), name_of(ErrorCode::kNoSpace));
  EXPECT_EQ(code_of(std::string(1000000, '['), {}), name_of(ErrorCode::kNoSpace));
}

TEST(JsonWriter, WritesTheThreeStyles) {
  const Node node = json(R"({"b": [1, 2.0], "a": {"x": null}, "e": []})");
  EXPECT_EQ(to_json(node), R"({"b": [1, 2.0], "a": {"x": null}, "e": []})");
  EXPECT_EQ(to_json(node, JsonStyle::kCanonical), R"({"a":{"x":null},"b":[1,2],"e":[]})");
  EXPECT_EQ(
      to_json(node, JsonStyle::kIndented),
      "{\n  \"b\": [\n    1,\n    2.0\n  ],\n  \"a\": {\n    \"x\": null\n  },\n  \"e\": []\n}");
}

TEST(JsonWriter, NonFiniteNumbersAreNull) {
  Node list = Node::list();
  list.push(std::numeric_limits<double>::quiet_NaN());
  list.push(std::numeric_limits<float>::infinity());
  list.push(-std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_json(list), "[null, null, null]");
}

TEST(JsonWriter, FloatsKeepTheirShortestText) {
  EXPECT_EQ(to_json(Node(0.82F)), "0.82");
  EXPECT_EQ(to_json(Node(0.1)), "0.1");
  EXPECT_EQ(to_json(Node(1e300)), "1e+300");
  EXPECT_EQ(to_json(Node(std::uint64_t{18446744073709551615U})), "1.8446744073709552e+19");
}

TEST(JsonWriter, BadUtf8AndControlsAreEscaped) {
  EXPECT_EQ(json_quoted("a\"\\\n\x01\xFFz"), "\"a\\\"\\\\\\n\\u0001\xEF\xBF\xBDz\"");
}

// The number examples of RFC 8785, appendix B.
TEST(JsonWriter, CanonicalNumbersAreEcmascripts) {
  const std::pair<double, const char*> cases[] = {
      {4.5, "4.5"},
      {2e-3, "0.002"},
      {1e-27, "1e-27"},
      {0.0, "0"},
      {-0.0, "0"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {9007199254740992.0, "9007199254740992"},
      {295147905179352830000.0, "295147905179352830000"},
      {999999999999999900000.0, "999999999999999900000"},
      {1e21, "1e+21"},
      {1e23, "1e+23"},
      {0.000001, "0.000001"},
      {1e-7, "1e-7"},
      {333333333.3333332, "333333333.3333332"},
      {-1.5, "-1.5"}};
  for (const auto& [value, text] : cases) {
    EXPECT_EQ(to_json(Node(value), JsonStyle::kCanonical), text);
  }
}

// The sorting example of RFC 8785, 3.2.3: an emoji sorts before U+FB33 by its UTF-16 surrogate.
TEST(JsonWriter, CanonicalKeysSortByUtf16) {
  Node map = Node::map();
  map.set("\xEF\xAC\xB3", 1).set("\xF0\x9F\x98\x80", 2).set("\xE2\x82\xAC", 3).set("1", 4);
  EXPECT_EQ(to_json(map, JsonStyle::kCanonical),
            "{\"1\":4,\"\xE2\x82\xAC\":3,\"\xF0\x9F\x98\x80\":2,\"\xEF\xAC\xB3\":1}");
}

TEST(Utf8, EveryCodePointSurvives) {
  for (std::uint32_t code = 0; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 97) {
    if (code >= 0xD800 && code < 0xE000) {
      continue;
    }
    std::string text;
    append_utf8(text, code);
    ASSERT_EQ(utf8_length(text), text.size()) << code;
    ASSERT_EQ(utf8_code_point(text), code);
  }
}

TEST(Utf8, InvalidSequencesAreSeen) {
  for (const std::string_view bad : {"\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80",
                                     "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xC3("}) {
    EXPECT_FALSE(is_utf8(bad));
  }
  EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));
}

}  // namespace
}  // namespace arete::document
