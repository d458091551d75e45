// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/sink_messages.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "document/json_writer.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "pipeline/event_node.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {

Result<SinkSettings> read_sink_settings(document::MapReader& settings) {
  static constexpr std::array<document::Choice<SinkContent>, 3> kWords = {
      {{"events", SinkContent::kEvents},
       {"results", SinkContent::kResults},
       {"both", SinkContent::kBoth}}};
  SinkSettings read;
  ARETE_TRY_ASSIGN(read.send, settings.choice<SinkContent>("send", read.send, kWords));
  ARETE_TRY_ASSIGN(read.of, settings.optional<std::string>("of", ""));
  ARETE_TRY_ASSIGN(read.wall_time, settings.optional<bool>("wall_time", read.wall_time));
  return read;
}

std::string SinkMessages::source_name(int source) const {
  const auto index = static_cast<std::size_t>(source);
  return source >= 0 && index < sources_.size() ? sources_[index] : fmt::format("{}", source);
}

std::vector<SinkMessage> SinkMessages::of(const Packet& packet) const {
  std::vector<SinkMessage> messages;
  const std::string source = source_name(packet.stamp.source);
  const PacketOrigin origin{pipeline_, source};
  const auto add = [&](const std::string& element, const std::string& kind, document::Node node) {
    if (settings_.wall_time) {
      node.set("wall_time", wall_time_text(clock_->wall()));
    }
    messages.push_back({element, kind, document::to_json(node)});
  };
  if (settings_.send != SinkContent::kEvents) {
    const ElementResult* const result = packet.result_of(settings_.of);
    if (result != nullptr) {
      add(result->element, "result", to_node(*result, packet.stamp, origin));
    }
  }
  if (settings_.send != SinkContent::kResults) {
    for (const EventRecord& event : packet.events) {
      add(event.element, event.kind, to_node(event, packet.stamp, origin));
    }
  }
  return messages;
}

Result<Secret> secret_of_variable(const document::Node& where, const std::string& variable) {
  const char* const value = variable.empty() ? nullptr : std::getenv(variable.c_str());
  if (value == nullptr) {
    return document::invalid_node(
        where, fmt::format("the environment variable '{}' is not set", variable));
  }
  return Secret(value);
}

Result<Secret> secret_from(document::MapReader& settings, std::string_view key) {
  ARETE_TRY_ASSIGN(const auto variable, settings.maybe<std::string>(key));
  if (!variable) {
    return Secret();
  }
  return secret_of_variable(*settings.find(key), *variable);
}

}  // namespace arete::pipeline
