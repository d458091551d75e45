// SPDX-License-Identifier: Apache-2.0
#include "evaluate/engine_row.hpp"

#include <chrono>
#include <utility>

#include "document/json_writer.hpp"
#include "document/parse.hpp"
#include "document/reader.hpp"

namespace arete::evaluate {

using document::MapReader;
using document::Node;

EngineProcess::~EngineProcess() { child_.end(std::chrono::seconds(5)); }

Result<Node> EngineProcess::ask(const Node& request) {
  ARETE_TRY(child_.write_line(document::to_json(request)));
  ARETE_TRY_ASSIGN(const std::string line, child_.read_line(patience_));
  ARETE_TRY_ASSIGN(Node reply, document::parse_json(line, "reply"));
  if (const std::string stage = stage_in(reply); !stage.empty()) {
    stage_ = stage;
  }
  ARETE_TRY(failure_in(reply));
  return reply;
}

Result<LoadReply> EngineProcess::load(const LoadRequest& request) {
  stage_ = "load";
  ARETE_TRY_ASSIGN(const Node reply, ask(to_node(request)));
  stage_ = "run";
  return load_reply(reply, [this](std::size_t size) { return child_.read_bytes(size, patience_); });
}

Result<RoundTimes> EngineProcess::round(int warm, int runs) {
  stage_ = "run";
  ARETE_TRY_ASSIGN(const Node reply,
                   ask(Node::map().set("verb", "round").set("warm", warm).set("runs", runs)));
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(reply, "the reply"));
  ARETE_TRY_ASSIGN(const auto cpu, reader.required<std::int64_t>("cpu_ns"));
  ARETE_TRY_ASSIGN(const auto wall, reader.required<std::int64_t>("wall_ns"));
  return RoundTimes{Nanoseconds(cpu), Nanoseconds(wall)};
}

Result<std::uint64_t> EngineProcess::peak_rss_bytes() {
  ARETE_TRY_ASSIGN(const Node reply, ask(Node::map().set("verb", "memory")));
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(reply, "the reply"));
  ARETE_TRY_ASSIGN(const auto bytes, reader.required<std::int64_t>("peak_rss_bytes"));
  return static_cast<std::uint64_t>(bytes);
}

RowFactory engine_processes(std::string program, std::vector<std::string> arguments,
                            Nanoseconds patience) {
  io::ProcessRequest request;
  request.program = std::move(program);
  request.arguments = std::move(arguments);
  return [request = std::move(request), patience]() -> Result<std::unique_ptr<EngineRow>> {
    ARETE_TRY_ASSIGN(io::Child child, io::Child::start(request));
    return std::make_unique<EngineProcess>(std::move(child), patience);
  };
}

}  // namespace arete::evaluate
