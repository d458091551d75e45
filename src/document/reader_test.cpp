// SPDX-License-Identifier: Apache-2.0
#include "document/reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "document/parse.hpp"

namespace arete::document {
namespace {

Node tree_of(std::string_view text) { return parse_yaml(text, "t.yaml").value(); }
MapReader reader_of(const Node& node) { return MapReader::open(node, "the thing").value(); }

template <class T>
std::string message_of(const Result<T>& result) {
  return result.has_value() ? "ok" : result.error().where() + " | " + result.error().message();
}

TEST(MapReader, BindsEveryType) {
  const Node node =
      tree_of("{b: true, i: 7, l: 12345678901, d: 1.5, w: 2, s: x, v: [1, 2], t: [a]}");
  MapReader reader = reader_of(node);
  EXPECT_TRUE(reader.required<bool>("b").value());
  EXPECT_EQ(reader.required<int>("i").value(), 7);
  EXPECT_EQ(reader.required<std::int64_t>("l").value(), 12345678901);
  EXPECT_EQ(reader.required<double>("d").value(), 1.5);
  EXPECT_EQ(reader.required<double>("w").value(), 2.0);
  EXPECT_EQ(reader.required<std::string>("s").value(), "x");
  EXPECT_EQ(reader.required<std::vector<int>>("v").value(), (std::vector<int>{1, 2}));
  EXPECT_EQ(reader.required<std::vector<std::string>>("t").value(), std::vector<std::string>{"a"});
  EXPECT_TRUE(reader.finish().has_value());
}

TEST(MapReader, AbsentAndNullKeysTakeTheDefault) {
  const Node node = tree_of("{a: null}");
  MapReader reader = reader_of(node);
  EXPECT_EQ(reader.optional<int>("a", 4).value(), 4);
  EXPECT_EQ(reader.optional<int>("b", 5).value(), 5);
  EXPECT_FALSE(reader.maybe<double>("c").value().has_value());
  EXPECT_TRUE(reader.finish().has_value());
}

TEST(MapReader, WrongTypesNameWhatIsThere) {
  const Node node = tree_of("a: 1\nb: text\nc: [1]\nd: 1.5\n");
  MapReader reader = reader_of(node);
  EXPECT_EQ(message_of(reader.required<std::string>("a")),
            "t.yaml:1 | line 1: 'a' must be text, not a whole number");
  EXPECT_EQ(message_of(reader.required<int>("b")),
            "t.yaml:2 | line 2: 'b' must be a whole number, not text");
  EXPECT_EQ(message_of(reader.required<bool>("c")),
            "t.yaml:3 | line 3: 'c' must be true or false, not a list");
  EXPECT_EQ(message_of(reader.required<int>("d")),
            "t.yaml:4 | line 4: 'd' must be a whole number, not a number");
  EXPECT_EQ(message_of(reader.required<std::vector<int>>("a")),
            "t.yaml:1 | line 1: 'a' must be a list, not a whole number");
}

TEST(MapReader, RangesAreChecked) {
  const Node node = tree_of("a: 1.5\nb: 99999999999\nc: [1, 9]\nd: .nan\n");
  MapReader reader = reader_of(node);
  EXPECT_EQ(message_of(reader.required<double>("a", {0, 1})),
            "t.yaml:1 | line 1: 'a' is 1.5, but must be from 0 to 1");
  EXPECT_EQ(message_of(reader.required<double>("a", {2})),
            "t.yaml:1 | line 1: 'a' is 1.5, but must be at least 2");
  EXPECT_NE(message_of(reader.required<int>("b")).find("99999999999"), std::string::npos);
  EXPECT_EQ(message_of(reader.required<std::vector<int>>("c", {0, 5})),
            "t.yaml:3 | line 3: 'c' is 9, but must be from 0 to 5");
  EXPECT_EQ(message_of(reader.required<double>("d")), "t.yaml:4 | line 4: 'd' is not a number");
}

TEST(MapReader, UnknownKeysGetALineAndASuggestion) {
  const Node node = tree_of("size: 1\ncolour: x\n");
  MapReader reader = reader_of(node);
  EXPECT_TRUE(reader.has("size"));
  EXPECT_FALSE(reader.has("color"));
  EXPECT_EQ(message_of(reader.finish()),
            "t.yaml:2 | line 2: unknown key 'colour' in the thing (did you mean 'color'?)");
}

TEST(MapReader, MissingKeysPointAtTheLikelyMisspelling) {
  const Node node = tree_of("kinds: x\n");
  MapReader reader = reader_of(node);
  EXPECT_EQ(message_of(reader.required<std::string>("kind")),
            "t.yaml:1 | line 1: the thing lacks the key 'kind' ('kinds' is unknown)");
}

TEST(MapReader, ChoicesAreWords) {
  static constexpr std::array<Choice<int>, 2> kChoices{{{"nearest", 1}, {"bilinear", 2}}};
  const Node node = tree_of("a: bilinear\nb: biliner\nc: 3\n");
  MapReader reader = reader_of(node);
  EXPECT_EQ(reader.choice<int>("a", 0, kChoices).value(), 2);
  EXPECT_EQ(reader.choice<int>("z", 9, kChoices).value(), 9);
  EXPECT_EQ(message_of(reader.choice<int>("b", 0, kChoices)),
            "t.yaml:2 | line 2: 'b' is 'biliner', but must be one of nearest, bilinear (did you "
            "mean 'bilinear'?)");
  EXPECT_FALSE(reader.choice<int>("c", 0, kChoices).has_value());
}

TEST(MapReader, OpensMapsOnly) {
  const Node node = tree_of("[1]");
  EXPECT_EQ(message_of(MapReader::open(node, "a spec")),
            "t.yaml:1 | line 1: a spec must be a map of keys, not a list");
}

}  // namespace
}  // namespace arete::document
