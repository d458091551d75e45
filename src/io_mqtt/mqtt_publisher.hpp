// Publishes messages from a thread of its own: callers never wait. While there is no connection
// they queue up to a limit, then the oldest gives way; it connects again by itself, and what the
// broker has not confirmed is sent again. Order is kept among
// messages of one QoS.
// Threads: safe from any. Errors: counted, and logged now and then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io_mqtt/mqtt.hpp"

namespace arete::io_mqtt {

struct PublisherSettings {
  std::size_t queue_limit = 1000;  ///< messages that wait or are on their way
  Nanoseconds first_wait = std::chrono::milliseconds(500);  ///< before connecting again; doubled
  Nanoseconds longest_wait = std::chrono::seconds(30);
};

struct PublisherCounts {
  std::int64_t published = 0;  ///< confirmed (QoS 1) or sent (QoS 0)
  std::int64_t dropped = 0;    ///< gave way in a full queue, or could not be sent at all
  std::int64_t connects = 0;
  std::int64_t failures = 0;  ///< connections that could not be made or broke
  std::size_t waiting = 0;
  std::string last_error;
};

class MqttPublisher {
 public:
  MqttPublisher(std::unique_ptr<MqttConnector> connector, MqttSettings settings,
                PublisherSettings limits = {});
  MqttPublisher(const MqttPublisher&) = delete;
  MqttPublisher& operator=(const MqttPublisher&) = delete;
  /// Ends at once; what still waits is lost (see drain()).
  ~MqttPublisher();

  void publish(MqttMessage message);
  /// Waits until nothing waits any more, for at most `most`; whether that was so.
  bool drain(Nanoseconds most);
  [[nodiscard]] PublisherCounts counts() const;

 private:
  struct Entry {
    MqttMessage message;
    std::optional<int> number;  ///< of the connection, once it has taken it
  };

  void work();
  void serve(MqttConnection& connection);
  /// Gives waiting messages to the connection, few at a time.
  [[nodiscard]] Status send(MqttConnection& connection, std::unique_lock<std::mutex>& lock);
  void settle(const std::vector<int>& done);
  void note_failure(const Error& error);

  std::unique_ptr<MqttConnector> connector_;
  MqttSettings settings_;
  PublisherSettings limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> entries_;  ///< oldest first; those on their way are in front
  PublisherCounts counts_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace arete::io_mqtt
