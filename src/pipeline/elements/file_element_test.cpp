// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/file_element.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "document/parse.hpp"
#include "io/faulty_files.hpp"
#include "io/memory_files.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/test_elements.hpp"

namespace arete::pipeline {
namespace {

Packet with_event(double seconds, std::string kind = "appeared") {
  Packet packet = result_packet(seconds, {detection_at("person", 0.9F, {1, 2, 3, 4}, 1)});
  EventRecord event;
  event.element = "rule";
  event.kind = std::move(kind);
  packet.events.push_back(std::move(event));
  return packet;
}

std::string text_of(io::Files& files, const io::Path& path) {
  const auto bytes = files.read(path);
  return bytes ? std::string(as_text(*bytes)) : "(" + bytes.error().message() + ")";
}

std::size_t lines_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST(FileElement, WritesEventsAsLinesAndPassesPacketsOn) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(file_element_type(), "{path: log/events.jsonl}"), "");
  EXPECT_EQ(text_of(bench.files, "/home/log/events.jsonl"), "");
  EXPECT_EQ(bench.feed(with_event(1)).at(0).events.size(), 1U);
  bench.feed(result_packet(2, {}));
  bench.feed(with_event(3, "disappeared"));
  const std::string text = text_of(bench.files, "/home/log/events.jsonl");
  EXPECT_EQ(lines_of(text), 2U);
  const auto first = document::parse_json(text.substr(0, text.find('\n')), "line");
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->find("pipeline")->string(), "test");
  EXPECT_EQ(first->find("source")->string(), "front");
  EXPECT_EQ(first->find("kind")->string(), "appeared");
  EXPECT_EQ(first->find("wall_time")->string(), "2026-01-01T00:00:00.000Z");
  ASSERT_EQ(bench.out.decisions.size(), 2U);
  EXPECT_EQ(bench.out.decisions[0].decision, Decision::kWritten);
}

TEST(FileElement, WritesResultsOrBoth) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(file_element_type(), "{path: /r.jsonl, send: both, wall_time: false}"),
            "");
  bench.feed(with_event(1));
  const std::string text = text_of(bench.files, "/r.jsonl");
  EXPECT_EQ(lines_of(text), 2U);
  EXPECT_NE(text.find(R"("track": 1)"), std::string::npos);
  EXPECT_EQ(text.find("wall_time"), std::string::npos);
  ASSERT_EQ(bench.why_not(file_element_type(), "{path: /s.jsonl, send: results}"), "");
  bench.feed(with_event(1));
  bench.feed(events_packet({}));
  EXPECT_EQ(lines_of(text_of(bench.files, "/s.jsonl")), 1U);
}

TEST(FileElement, AppendsToWhatIsThere) {
  ElementBench bench;
  bench.files.put("/e.jsonl", "old\n");
  ASSERT_EQ(bench.why_not(file_element_type(), "{path: /e.jsonl}"), "");
  bench.feed(with_event(1));
  EXPECT_TRUE(text_of(bench.files, "/e.jsonl").starts_with("old\n{"));
}

TEST(FileElement, RotatesByBytesAndKeepsSoManyOldFiles) {
  ElementBench bench;
  ASSERT_EQ(bench.why_not(file_element_type(), "{path: /e.jsonl, max_bytes: 600, keep: 2}"), "");
  for (int i = 0; i < 12; ++i) {
    bench.feed(with_event(i));
  }
  for (const char* name : {"/e.jsonl", "/e.jsonl.1", "/e.jsonl.2"}) {
    const std::string text = text_of(bench.files, name);
    EXPECT_LE(text.size(), 600U) << name;
    EXPECT_TRUE(text.ends_with("}\n")) << name;
  }
  EXPECT_FALSE(bench.files.has_file("/e.jsonl.3"));
  EXPECT_NE(text_of(bench.files, "/e.jsonl").find(R"("time_ms": 11000.0)"), std::string::npos);
}

TEST(FileElement, AFullDiskStopsNothingAndTornLinesStayAlone) {
  io::MemoryFiles memory;
  io::FaultyFiles full(memory, {.space_left = 400});
  ElementBench bench(&full);
  ASSERT_EQ(bench.why_not(file_element_type(), "{path: /e.jsonl}"), "");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(bench.feed(with_event(i)).size(), 1U);
    EXPECT_EQ(bench.error, "");
  }
  EXPECT_EQ(bench.out.decisions.back().decision, Decision::kFailed);
  EXPECT_EQ(memory.read("/e.jsonl").value().size(), 400U);
}

TEST(FileElement, AfterAFailureTheNextLineBeginsANewOne) {
  io::MemoryFiles memory;
  // Of the calls, the first three are those of making it; the fifth appends the second event.
  io::FaultyFiles faulty(memory, {.fail_call = 5});
  ElementBench bench(&faulty);
  ASSERT_EQ(bench.why_not(file_element_type(), "{path: /e.jsonl}"), "");
  for (int i = 0; i < 3; ++i) {
    bench.feed(with_event(i));
  }
  const std::string text = text_of(memory, "/e.jsonl");
  EXPECT_EQ(lines_of(text), 3U);
  EXPECT_NE(text.find("}\n\n{"), std::string::npos);
}

TEST(FileElement, FailsAtOnceWhereItCannotWrite) {
  ElementBench bench;
  bench.files.put("/home/taken", "a file");
  EXPECT_NE(bench.why_not(file_element_type(), "{path: taken/events.jsonl}"), "");
  EXPECT_NE(bench.why_not(file_element_type(), "{path: ''}").find("'path' is empty"),
            std::string::npos);
  EXPECT_NE(bench.why_not(file_element_type(), "{}").find("path"), std::string::npos);
  EXPECT_NE(bench.why_not(file_element_type(), "{path: a, send: all}").find("send"),
            std::string::npos);
}

}  // namespace
}  // namespace arete::pipeline
