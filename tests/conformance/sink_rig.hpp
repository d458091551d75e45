// Servers for tests of what sends events away: a real MQTT broker on a free port of this machine
// with somebody who listens, and a tiny HTTP server that answers by a script.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"

struct mosquitto;

namespace arete {

/// A port that nobody listened on a moment ago.
[[nodiscard]] int free_port();

/// The mosquitto program, in a folder of its own that goes with it. Keeps sessions when it is
/// stopped and started again.
class RealBroker {
 public:
  RealBroker();
  RealBroker(const RealBroker&) = delete;
  RealBroker& operator=(const RealBroker&) = delete;
  ~RealBroker();

  /// Whether this machine has one.
  [[nodiscard]] static bool is_installed();
  /// False if it does not come up.
  [[nodiscard]] bool start();
  void stop();
  [[nodiscard]] int port() const { return port_; }

 private:
  std::filesystem::path folder_;
  int port_;
  pid_t pid_ = 0;
};

/// Subscribes to everything, with a session that outlives the connection.
class Listener {
 public:
  explicit Listener(int port);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  struct Heard {
    std::string topic;
    std::string payload;
    bool retained = false;
  };
  /// Whether it is subscribed, after at most `most`.
  [[nodiscard]] bool is_ready(Nanoseconds most);
  /// Waits until so many have come; then all there are.
  [[nodiscard]] std::vector<Heard> wait_for(std::size_t messages, Nanoseconds most);

 private:
  mosquitto* handle_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Heard> heard_;
  bool ready_ = false;
};

/// Answers each request with the next status of its script, the last one for ever; 0 = reads the
/// request and says nothing.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<int> statuses);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  [[nodiscard]] std::string url() const;
  /// Whole requests, heads and bodies.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  void work();
  void answer(int connection);

  std::vector<int> statuses_;
  int port_ = 0;
  int socket_;
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace arete
