// One connection to an MQTT broker, as an interface: the real one (libmosquitto), and fakes for
// tests (fake_mqtt.hpp). Not here: queues, threads and connecting again (mqtt_publisher.hpp).
// Threads: serial, but for the connector, which may be used from any.
// Errors: kUnavailable if the broker cannot be reached or went away, kDenied if it refuses us,
// kTimeout, kInvalid for a topic or setting that cannot be, kUnsupported if built without a
// library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace arete::io_mqtt {

struct MqttMessage {
  std::string topic;
  std::string payload;
  int qos = 0;          ///< 0: sent once at most; 1: until the broker has it
  bool retain = false;  ///< the broker keeps it for those who come later
};

struct MqttTls {
  std::string ca_file;    ///< PEM; who may have signed the broker's certificate
  std::string cert_file;  ///< PEM; ours, empty = none
  std::string key_file;   ///< PEM; of cert_file
};

struct MqttSettings {
  std::string host;
  int port = 1883;
  std::string client_id;  ///< empty = the broker gives one
  std::string username;
  Secret password;
  int keepalive_s = 30;
  bool clean_session = true;
  Nanoseconds connect_timeout = std::chrono::seconds(10);
  std::optional<MqttMessage> last_will;
  std::optional<MqttTls> tls;
};

/// Whether messages may be published under `topic`: not empty, no wildcard, not too long.
[[nodiscard]] Status check_topic(std::string_view topic);

class MqttConnection {
 public:
  virtual ~MqttConnection() = default;
  /// Takes a message to send and gives it a number. Sent by run().
  [[nodiscard]] virtual Result<int> publish(const MqttMessage& message) = 0;
  /// Sends and receives for at most `most`. Numbers of messages that are done: sent with QoS 0,
  /// with the broker with QoS 1. An error means that the connection is gone.
  [[nodiscard]] virtual Result<std::vector<int>> run(Nanoseconds most) = 0;
};

class MqttConnector {
 public:
  virtual ~MqttConnector() = default;
  /// Gives up with kCancelled soon after `stop` becomes true.
  [[nodiscard]] virtual Result<std::unique_ptr<MqttConnection>> connect(
      const MqttSettings& settings, const std::atomic<bool>& stop) = 0;
};

/// The real one; one that always fails with kUnsupported if built without libmosquitto.
[[nodiscard]] std::unique_ptr<MqttConnector> make_mqtt_connector();

}  // namespace arete::io_mqtt
