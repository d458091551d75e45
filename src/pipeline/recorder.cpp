// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "document/json_writer.hpp"
#include "pipeline/element_types.hpp"
#include "pipeline/frame_file.hpp"
#include "pipeline/recording.hpp"

namespace arete::pipeline {
namespace {

using document::Node;

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

std::vector<std::string> source_names(const GraphSpec& graph) {
  std::vector<std::string> names;
  for (const SourceSpec& source : graph.sources) {
    names.push_back(source.name);
  }
  return names;
}

Node head_of(const GraphSpec& graph) {
  Node sources = Node::list();
  for (const std::string& name : source_names(graph)) {
    sources.push(name);
  }
  Node head = Node::map();
  head.set("recording", kRecordingVersion).set("pipeline", graph.name);
  return head.set("sources", std::move(sources));
}

/// Elements that a replay leaves out: what became of a packet at them is no decision of it.
std::set<std::string> sinks_of(const GraphSpec& graph) {
  std::set<std::string> sinks;
  for (const ElementSpec& element : graph.elements) {
    const auto type = std::ranges::find(element_types(), element.type, &ElementType::name);
    if (type != element_types().end() && type->reaches_out) {
      sinks.insert(element.name);
    }
  }
  return sinks;
}

}  // namespace

Recorder::Recorder(io::Files& files, io::Path folder, const GraphSpec& graph, std::uint64_t limit)
    : files_(files),
      folder_(std::move(folder)),
      names_(source_names(graph)),
      sinks_(sinks_of(graph)),
      offsets_(graph.sources.size(), 0),
      limit_(limit) {}

Result<std::unique_ptr<Recorder>> Recorder::create(io::Files& files, const io::Path& folder,
                                                   const GraphSpec& graph, std::uint64_t limit) {
  ARETE_TRY(files.create_directories(folder));
  const io::Path head = folder / "recording.json";
  if (files.has_file(head)) {
    return fail_at(folder.string(), ErrorCode::kConflict,
                   "'{}' holds a recording already; name another folder or remove it",
                   folder.string());
  }
  ARETE_TRY(files.write_atomic(head, as_bytes(document::to_json(head_of(graph)) + "\n")));
  for (const char* const name : {"packets.jsonl", "decisions.jsonl"}) {
    ARETE_TRY(files.write_atomic(folder / name, {}));
  }
  return std::unique_ptr<Recorder>(new Recorder(files, folder, graph, limit));
}

void Recorder::flush(std::string& buffer, const char* file) {
  if (status_) {
    status_ = files_.append(folder_ / file, as_bytes(buffer));
  }
  buffer.clear();
}

void Recorder::add_line(std::string& buffer, const char* file, const std::string& line) {
  buffer += line;
  buffer += '\n';
  if (buffer.size() >= kBufferBytes) {
    flush(buffer, file);
  }
}

/// Appends the packet's bytes to its source's file.
void Recorder::store(const Packet& packet, Node& line) {
  const auto source = static_cast<std::size_t>(packet.stamp.source);
  const Bytes bytes = bytes_of(*packet.media);
  stored_ += bytes.size();
  if (status_ && stored_ > limit_) {
    status_ = fail(ErrorCode::kNoSpace, "the recording grew beyond its limit of {} bytes", limit_);
  }
  if (!status_) {
    return;
  }
  status_ = files_.append(folder_ / fmt::format("frames-{}.bin", source), bytes);
  line.set("offset", offsets_[source]).set("bytes", bytes.size());
  offsets_[source] += bytes.size();
}

void Recorder::add_packet(const Packet& packet, bool live, bool restart) {
  Node line = description_of(*packet.media);
  line.set("source", packet.stamp.source).set("frame", packet.stamp.sequence);
  line.set("captured_ns", packet.stamp.captured.count());
  line.set("media_ns", packet.stamp.media_time.count()).set("restart", restart);
  line.set("hash", fmt::format("{:016x}", hash_of(*packet.media)));
  const std::lock_guard lock(mutex_);
  if (live) {
    store(packet, line);
  }
  add_line(packets_, "packets.jsonl", document::to_json(line));
}

void Recorder::listen(PipelineHooks& hooks) {
  hooks.on_captured = [this](const Packet& packet, bool live, bool restart) {
    add_packet(packet, live, restart);
  };
  hooks.on_event = [this, then = hooks.on_event](const Packet& packet, const EventRecord& event) {
    {
      const std::lock_guard lock(mutex_);
      add_line(decisions_, "decisions.jsonl", event_line(packet, event, names_));
    }
    if (then) {
      then(packet, event);
    }
  };
}

void Recorder::listen(Ledger& ledger) {
  ledger.add_tap([this, names = ledger.names()](const LedgerRecord& record) {
    const bool of_sink = record.work == Work::kElement && sinks_.contains(names[record.element]);
    if (is_decision(record) && !of_sink) {
      const std::lock_guard lock(mutex_);
      add_line(decisions_, "decisions.jsonl", decision_line(record, names));
    }
  });
}

Status Recorder::finish() {
  const std::lock_guard lock(mutex_);
  flush(packets_, "packets.jsonl");
  flush(decisions_, "decisions.jsonl");
  return status_;
}

}  // namespace arete::pipeline
