// An MQTT broker in memory, for tests: keeps what was published, refuses connections and breaks
// them when told to.
// Threads: safe from any. The broker must outlive its connectors and connections.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "io_mqtt/mqtt.hpp"

namespace arete::io_mqtt {

class FakeBroker {
 public:
  [[nodiscard]] std::unique_ptr<MqttConnector> connector();

  /// From now on nobody can connect, and whoever is connected is cut off.
  void go_down();
  void come_up();
  /// Of the next connections, each takes so many messages, confirms none and breaks; 0 = none does.
  void break_after(int messages);
  /// Everything that came, in order; the same message again where it was sent again.
  [[nodiscard]] std::vector<MqttMessage> received() const;
  /// Waits until so many have come; false after `most`.
  [[nodiscard]] bool wait_for(std::size_t messages, Nanoseconds most) const;

 private:
  friend class FakeConnection;
  friend class FakeConnector;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<MqttMessage> received_;
  bool up_ = true;
  std::int64_t times_down_ = 0;
  int break_after_ = 0;
};

}  // namespace arete::io_mqtt
