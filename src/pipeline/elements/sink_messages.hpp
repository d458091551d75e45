// What elements that send things away share: which texts a packet gives, settings that come from
// the environment, and failures that are counted and logged but stop nothing. Internal to them.
// Threads: serial.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "document/reader.hpp"
#include "pipeline/element.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {

enum class SinkContent : std::uint8_t { kEvents, kResults, kBoth };

struct SinkSettings {
  SinkContent send = SinkContent::kEvents;
  std::string of;         ///< whose results
  bool wall_time = true;  ///< says when it was sent, too
};

/// `send`, `of` and `wall_time`.
[[nodiscard]] Result<SinkSettings> read_sink_settings(document::MapReader& settings);

/// One line to send.
struct SinkMessage {
  std::string element;  ///< that found or raised it
  std::string kind;     ///< of the event, or "result"
  std::string json;     ///< one line without its end
};

class SinkMessages {
 public:
  SinkMessages(SinkSettings settings, const ElementContext& context)
      : settings_(std::move(settings)),
        clock_(&context.clock),
        pipeline_(context.pipeline),
        sources_(context.sources) {}

  [[nodiscard]] std::vector<SinkMessage> of(const Packet& packet) const;
  [[nodiscard]] const std::string& pipeline() const { return pipeline_; }
  /// The name of a source; its number if it has none.
  [[nodiscard]] std::string source_name(int source) const;

 private:
  SinkSettings settings_;
  Clock* clock_;
  std::string pipeline_;
  std::vector<std::string> sources_;
};

/// The value of the environment variable that `key` names; empty if the key is absent. kInvalid if
/// the variable is not set.
[[nodiscard]] Result<Secret> secret_from(document::MapReader& settings, std::string_view key);
/// The same for the name itself; `where` is what asks for it.
[[nodiscard]] Result<Secret> secret_of_variable(const document::Node& where,
                                                const std::string& variable);

}  // namespace arete::pipeline
