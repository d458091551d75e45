// SPDX-License-Identifier: Apache-2.0
#include "evaluate/bench_worker.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "convert/reference_backend.hpp"
#include "document/json_writer.hpp"
#include "document/parse.hpp"

namespace arete::evaluate {
namespace {

runtime::Registry reference_alone(std::string_view) {
  runtime::Registry registry;
  registry.add(convert::reference_backend());
  return registry;
}

/// What the worker writes for these requests.
std::string conversation(const std::vector<document::Node>& requests) {
  std::string text;
  for (const document::Node& request : requests) {
    text += document::to_json(request) + "\n";
  }
  std::istringstream in(text);
  char* written = nullptr;
  std::size_t size = 0;
  std::FILE* const out = ::open_memstream(&written, &size);
  BenchWorker worker(reference_alone);
  EXPECT_TRUE(worker.serve(in, out));
  std::fclose(out);
  std::string result(written, size);
  std::free(written);  // NOLINT(cppcoreguidelines-no-malloc): open_memstream's
  return result;
}

document::Node first_line(std::string& text) {
  const std::size_t end = text.find('\n');
  auto node = document::parse_json(text.substr(0, end), "reply");
  text.erase(0, end + 1);
  EXPECT_TRUE(node.has_value());
  return node.value_or(document::Node());
}

LoadRequest tiny_on(const std::string& engine) {
  LoadRequest request;
  request.engine = engine;
  return request;
}

TEST(BenchWorker, TheTinyModelRunsAndItsTensorsFollowTheLine) {
  std::string text =
      conversation({to_node(tiny_on("reference")),
                    document::Node::map().set("verb", "round").set("warm", 1).set("runs", 3),
                    document::Node::map().set("verb", "memory")});
  const document::Node head = first_line(text);
  const auto reply = load_reply(head, [&text](std::size_t size) -> Result<Bytes> {
    Bytes bytes = to_bytes(text.substr(0, size));
    text.erase(0, size);
    return bytes;
  });
  ASSERT_TRUE(reply.has_value()) << reply.error().message();
  EXPECT_EQ(reply->format, "onnx");
  EXPECT_EQ(reply->names, std::vector<std::string>{"y"});
  ASSERT_EQ(reply->answers.size(), 1U);
  EXPECT_EQ(reply->answers[0].elements(), 16);
  EXPECT_EQ(reply->questions.size(), 1U);
  const document::Node times = first_line(text);
  EXPECT_GT(times.find("wall_ns")->integer(), 0);
  EXPECT_GE(times.find("cpu_ns")->integer(), 0);
  EXPECT_GT(first_line(text).find("peak_rss_bytes")->integer(), 1 << 20);
  EXPECT_EQ(text, "");
}

TEST(BenchWorker, FailuresNameTheirStage) {
  LoadRequest missing = tiny_on("reference");
  missing.model = "/nowhere/m.onnx";
  std::string text = conversation({to_node(tiny_on("nobody")), to_node(missing),
                                   document::Node::map().set("verb", "jump"),
                                   document::Node::map().set("verb", "round").set("runs", 1)});
  const document::Node unknown = first_line(text);
  EXPECT_EQ(stage_in(unknown), "load");
  EXPECT_EQ(failure_in(unknown).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(failure_in(first_line(text)).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(failure_in(first_line(text)).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(failure_in(first_line(text)).error().code(), ErrorCode::kConflict);
}

TEST(BenchMessages, ARequestComesBackAsItWas) {
  LoadRequest request;
  request.model = "a b.onnx";
  request.engine = "e";
  request.cache_dir = "c";
  request.options = {{"x", "1"}};
  request.shapes = {{"in", tensor::Shape{1, 2}}};
  request.seed = 9;
  const auto back = load_request(to_node(request));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->model, request.model);
  EXPECT_EQ(back->engine, request.engine);
  EXPECT_EQ(back->cache_dir, request.cache_dir);
  EXPECT_EQ(back->options, request.options);
  EXPECT_EQ(back->shapes, request.shapes);
  EXPECT_EQ(back->seed, 9U);
  EXPECT_FALSE(load_request(document::Node::map()));
}

}  // namespace
}  // namespace arete::evaluate
