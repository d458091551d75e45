// Decisions and events as lines that are the same whenever the same was decided.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "document/json_writer.hpp"
#include "pipeline/recording.hpp"

namespace arete::pipeline {

using document::Node;

bool is_decision(const LedgerRecord& record) {
  return (record.work == Work::kElement || record.work == Work::kNote) &&
         record.decision != Decision::kWritten;
}

std::string decision_line(const LedgerRecord& record, const std::vector<std::string>& names) {
  Node node = Node::map();
  node.set("source", names[record.source]).set("frame", record.sequence);
  node.set("element", names[record.element]).set("decision", name_of(record.decision));
  // Six digits: what a faster kernel of the same machine may change is behind them.
  node.set("value", fmt::format("{:.6g}", record.value));
  node.set("limit", fmt::format("{:.6g}", record.limit));
  return document::to_json(node.set("reason", reason_of(record)));
}

std::string event_line(const Packet& packet, const EventRecord& event,
                       const std::vector<std::string>& names) {
  const auto milliseconds = [](Nanoseconds time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  };
  Node node = Node::map();
  node.set("source", names[static_cast<std::size_t>(packet.stamp.source)]);
  node.set("frame", packet.stamp.sequence).set("element", event.element);
  node.set("event", event.kind).set("label", event.label);
  node.set("score", fmt::format("{:.4f}", event.score));
  node.set("start_ms", milliseconds(event.start)).set("end_ms", milliseconds(event.end));
  node.set("reason", event.reason);
  return document::to_json(node.set("details", event.details));
}

}  // namespace arete::pipeline
