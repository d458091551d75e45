// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/mqtt_element.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "io/files.hpp"
#include "io_mqtt/mqtt.hpp"
#include "io_mqtt/mqtt_publisher.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/mqtt_topic.hpp"
#include "pipeline/elements/sink_messages.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {
namespace {

using document::MapReader;

struct MqttSinkSettings {
  io_mqtt::MqttSettings broker;
  io_mqtt::PublisherSettings limits;
  std::string topic;
  int qos = 1;
  bool retain = false;
  Nanoseconds drain{0};
};

class MqttElement final : public Element {
 public:
  MqttElement(MqttSinkSettings settings, SinkMessages messages)
      : settings_(std::move(settings)),
        messages_(std::move(messages)),
        publisher_(io_mqtt::make_mqtt_connector(), settings_.broker, settings_.limits) {}

  Status process(Packet packet, Emitter& out) override {
    double count = 0;
    const std::string source = messages_.source_name(packet.stamp.source);
    for (SinkMessage& message : messages_.of(packet)) {
      ARETE_TRY_ASSIGN(std::string topic,
                       make_topic(settings_.topic,
                                  {messages_.pipeline(), source, message.element, message.kind}));
      publisher_.publish({.topic = std::move(topic),
                          .payload = std::move(message.json),
                          .qos = settings_.qos,
                          .retain = settings_.retain});
      ++count;
    }
    if (count > 0) {
      out.decide(packet.stamp, Decision::kWritten, count, 0);
    }
    out.emit(std::move(packet));
    return {};
  }

  Status finish(Emitter&) override {
    publisher_.drain(settings_.drain);
    const io_mqtt::PublisherCounts counts = publisher_.counts();
    if (counts.waiting > 0 || counts.dropped > 0) {
      ARETE_LOG(kWarning, "mqtt_messages_lost", {"not_sent", counts.waiting},
                {"dropped", counts.dropped}, {"error", counts.last_error});
    }
    return {};
  }

 private:
  MqttSinkSettings settings_;
  SinkMessages messages_;
  io_mqtt::MqttPublisher publisher_;
};

/// The file that `key` names, which must be there; empty if the key is absent.
Result<std::string> read_tls_file(MapReader& reader, std::string_view key,
                                  const ElementContext& context) {
  ARETE_TRY_ASSIGN(const auto name, reader.maybe<std::string>(key));
  if (!name) {
    return std::string();
  }
  const io::Path path = context.folder / *name;
  if (!context.files.has_file(path)) {
    return document::invalid_node(*reader.find(key), "there is no file " + path.native());
  }
  return path.native();
}

Result<std::optional<io_mqtt::MqttTls>> read_tls(MapReader& reader, const ElementContext& context) {
  const document::Node* const node = reader.find("tls");
  if (node == nullptr) {
    return std::optional<io_mqtt::MqttTls>();
  }
  ARETE_TRY_ASSIGN(MapReader map, MapReader::open(*node, "tls"));
  io_mqtt::MqttTls tls;
  ARETE_TRY_ASSIGN(tls.ca_file, read_tls_file(map, "ca_file", context));
  ARETE_TRY_ASSIGN(tls.cert_file, read_tls_file(map, "cert_file", context));
  ARETE_TRY_ASSIGN(tls.key_file, read_tls_file(map, "key_file", context));
  ARETE_TRY(map.finish());
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return document::invalid_node(*node, "'cert_file' and 'key_file' go together");
  }
  return std::optional(std::move(tls));
}

Result<std::optional<io_mqtt::MqttMessage>> read_will(MapReader& reader) {
  const document::Node* const node = reader.find("last_will");
  if (node == nullptr) {
    return std::optional<io_mqtt::MqttMessage>();
  }
  ARETE_TRY_ASSIGN(MapReader map, MapReader::open(*node, "last_will"));
  io_mqtt::MqttMessage will;
  ARETE_TRY_ASSIGN(will.topic, map.required<std::string>("topic"));
  ARETE_TRY_ASSIGN(will.payload, map.optional<std::string>("payload", ""));
  ARETE_TRY_ASSIGN(will.qos, map.optional<int>("qos", 1, {0, 1}));
  ARETE_TRY_ASSIGN(will.retain, map.optional<bool>("retain", false));
  ARETE_TRY(map.finish());
  if (const Status status = io_mqtt::check_topic(will.topic); !status) {
    return document::invalid_node(*node, status.error().message());
  }
  return std::optional(std::move(will));
}

Result<io_mqtt::MqttSettings> read_broker(MapReader& reader, const ElementContext& context) {
  io_mqtt::MqttSettings broker;
  ARETE_TRY_ASSIGN(broker.host, reader.required<std::string>("host"));
  if (broker.host.empty()) {
    return document::invalid_node(*reader.find("host"), "'host' is empty");
  }
  ARETE_TRY_ASSIGN(broker.tls, read_tls(reader, context));
  ARETE_TRY_ASSIGN(broker.port,
                   reader.optional<int>("port", broker.tls ? 8883 : 1883, {1, 65'535}));
  ARETE_TRY_ASSIGN(broker.client_id, reader.optional<std::string>("client_id", ""));
  ARETE_TRY_ASSIGN(const Secret username, secret_from(reader, "username_env"));
  broker.username = username.reveal();
  ARETE_TRY_ASSIGN(broker.password, secret_from(reader, "password_env"));
  ARETE_TRY_ASSIGN(broker.keepalive_s, reader.optional<int>("keepalive", 30, {5, 3600}));
  ARETE_TRY_ASSIGN(broker.clean_session, reader.optional<bool>("clean_session", true));
  if (!broker.clean_session && broker.client_id.empty()) {
    return document::invalid_node(*reader.find("clean_session"),
                                  "'clean_session: false' needs a 'client_id'");
  }
  ARETE_TRY_ASSIGN(broker.last_will, read_will(reader));
  return broker;
}

Result<std::unique_ptr<Element>> make_mqtt(MapReader& reader, const ElementContext& context) {
  MqttSinkSettings settings;
  ARETE_TRY_ASSIGN(settings.broker, read_broker(reader, context));
  ARETE_TRY_ASSIGN(settings.topic, reader.optional<std::string>(
                                       "topic", "arete/{pipeline}/{source}/{element}/{kind}"));
  if (const auto topic = make_topic(settings.topic, {"p", "s", "e", "k"}); !topic) {
    return document::invalid_node(reader.has("topic") ? *reader.find("topic") : reader.node(),
                                  topic.error().message());
  }
  ARETE_TRY_ASSIGN(settings.qos, reader.optional<int>("qos", 1, {0, 1}));
  ARETE_TRY_ASSIGN(settings.retain, reader.optional<bool>("retain", false));
  ARETE_TRY_ASSIGN(const int messages, reader.optional<int>("queue_size", 1000, {1, 1'000'000}));
  settings.limits.queue_limit = static_cast<std::size_t>(messages);
  ARETE_TRY_ASSIGN(const double drain, reader.optional<double>("drain", 5, {0, 3600}));
  settings.drain = from_seconds(drain);
  ARETE_TRY_ASSIGN(SinkSettings sink, read_sink_settings(reader));
  return std::make_unique<MqttElement>(std::move(settings), SinkMessages(std::move(sink), context));
}

}  // namespace

const ElementType& mqtt_element_type() {
  static const ElementType kType{
      .name = "mqtt",
      .summary = "publishes events or results to an MQTT broker",
      .takes = PacketType::kResult | PacketType::kTensor,
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_mqtt,
      .reaches_out = true};
  return kType;
}

}  // namespace arete::pipeline
