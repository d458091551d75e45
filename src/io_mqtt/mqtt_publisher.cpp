// SPDX-License-Identifier: Apache-2.0
#include "io_mqtt/mqtt_publisher.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "io_mqtt/mqtt.hpp"

namespace arete::io_mqtt {
namespace {

/// On their way at once. The rest waits here, where the oldest can give way.
constexpr std::size_t kMostOnTheirWay = 20;
/// How long a connection without work sleeps; it still has to answer the broker in time.
constexpr auto kIdle = std::chrono::milliseconds(500);
constexpr auto kBusy = std::chrono::milliseconds(20);

}  // namespace

MqttPublisher::MqttPublisher(std::unique_ptr<MqttConnector> connector, MqttSettings settings,
                             PublisherSettings limits)
    : connector_(std::move(connector)), settings_(std::move(settings)), limits_(limits) {
  thread_ = std::thread([this] { work(); });
}

MqttPublisher::~MqttPublisher() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void MqttPublisher::publish(MqttMessage message) {
  {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= std::max<std::size_t>(limits_.queue_limit, 1)) {
      // The oldest that the connection does not have yet; if it has all, the oldest of these.
      const auto oldest =
          std::ranges::find_if(entries_, [](const Entry& entry) { return !entry.number; });
      entries_.erase(oldest == entries_.end() ? entries_.begin() : oldest);
      ++counts_.dropped;
    }
    entries_.push_back({std::move(message), std::nullopt});
  }
  changed_.notify_all();
}

bool MqttPublisher::drain(Nanoseconds most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, most, [&] { return entries_.empty(); });
}

PublisherCounts MqttPublisher::counts() const {
  const std::lock_guard lock(mutex_);
  PublisherCounts counts = counts_;
  counts.waiting = entries_.size();
  return counts;
}

void MqttPublisher::note_failure(const Error& error) {
  std::int64_t failures = 0;
  {
    const std::lock_guard lock(mutex_);
    failures = ++counts_.failures;
    counts_.last_error = error.message();
  }
  // Powers of two: often at first, then ever more rarely.
  if ((failures & (failures - 1)) == 0) {
    ARETE_LOG(kWarning, "mqtt_failed", {"error", error.message()}, {"failures", failures});
  }
}

void MqttPublisher::work() {
  Nanoseconds wait = limits_.first_wait;
  while (!stop_) {
    auto connection = connector_->connect(settings_, stop_);
    if (connection) {
      {
        const std::lock_guard lock(mutex_);
        ++counts_.connects;
        for (Entry& entry : entries_) {
          entry.number.reset();
        }
      }
      wait = limits_.first_wait;
      serve(**connection);
    } else if (!stop_) {
      note_failure(connection.error());
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, wait, [&] { return stop_.load(); });
    wait = std::min(2 * wait, limits_.longest_wait);
  }
}

void MqttPublisher::serve(MqttConnection& connection) {
  while (!stop_) {
    bool busy = false;
    {
      std::unique_lock lock(mutex_);
      if (entries_.empty()) {
        changed_.wait_for(lock, kIdle, [&] { return stop_ || !entries_.empty(); });
      }
      busy = !entries_.empty();
    }
    // Looks first whether the connection is still there: what is sent with QoS 0 into one that is
    // gone is lost.
    Result<std::vector<int>> done = connection.run(Nanoseconds(0));
    if (done) {
      settle(*done);
      std::unique_lock lock(mutex_);
      const Status sent = send(connection, lock);
      lock.unlock();
      done = sent ? connection.run(busy ? Nanoseconds(kBusy) : Nanoseconds(0))
                  : Result<std::vector<int>>(std::unexpected<Error>(sent.error()));
    }
    if (!done) {
      note_failure(done.error());
      return;
    }
    settle(*done);
  }
}

Status MqttPublisher::send(MqttConnection& connection, std::unique_lock<std::mutex>& lock) {
  ARETE_CHECK(lock.owns_lock());
  std::size_t on_their_way = 0;
  for (auto entry = entries_.begin(); entry != entries_.end() && on_their_way < kMostOnTheirWay;) {
    if (!entry->number) {
      auto number = connection.publish(entry->message);
      if (!number && number.error().code() == ErrorCode::kInvalid) {
        // It would fail for ever.
        counts_.last_error = number.error().message();
        ++counts_.dropped;
        entry = entries_.erase(entry);
        changed_.notify_all();
        continue;
      }
      ARETE_TRY_ASSIGN(entry->number, std::move(number));
    }
    ++on_their_way;
    ++entry;
  }
  return {};
}

void MqttPublisher::settle(const std::vector<int>& done) {
  if (done.empty()) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    for (const int number : done) {
      const auto found = std::ranges::find_if(
          entries_, [&](const Entry& entry) { return entry.number == number; });
      if (found != entries_.end()) {
        entries_.erase(found);
        ++counts_.published;
      }
    }
  }
  changed_.notify_all();
}

}  // namespace arete::io_mqtt
