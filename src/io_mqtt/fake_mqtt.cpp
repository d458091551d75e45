// SPDX-License-Identifier: Apache-2.0
#include "io_mqtt/fake_mqtt.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io_mqtt/mqtt.hpp"

namespace arete::io_mqtt {

class FakeConnection final : public MqttConnection {
 public:
  FakeConnection(FakeBroker& broker, std::int64_t times_down, int break_after)
      : broker_(broker), times_down_(times_down), break_after_(break_after) {}

  Result<int> publish(const MqttMessage& message) override {
    ARETE_TRY(check_topic(message.topic));
    waiting_.push_back(message);
    return ++last_number_;
  }

  Result<std::vector<int>> run(Nanoseconds) override {
    std::vector<int> done;
    {
      const std::lock_guard lock(broker_.mutex_);
      if (broken_ || !broker_.up_ || broker_.times_down_ != times_down_) {
        return fail(ErrorCode::kUnavailable, "the fake broker went away");
      }
      const int first = last_number_ - static_cast<int>(waiting_.size()) + 1;
      for (std::size_t i = 0; i < waiting_.size(); ++i) {
        broker_.received_.push_back(waiting_[i]);
        done.push_back(first + static_cast<int>(i));
      }
      taken_ += static_cast<int>(waiting_.size());
      waiting_.clear();
    }
    broker_.changed_.notify_all();
    if (break_after_ > 0 && taken_ >= break_after_) {
      broken_ = true;
      return fail(ErrorCode::kUnavailable, "the fake broker breaks by plan");
    }
    return done;
  }

 private:
  FakeBroker& broker_;
  std::int64_t times_down_;
  int break_after_;
  std::vector<MqttMessage> waiting_;
  int last_number_ = 0;
  int taken_ = 0;
  bool broken_ = false;
};

class FakeConnector final : public MqttConnector {
 public:
  explicit FakeConnector(FakeBroker& broker) : broker_(broker) {}

  Result<std::unique_ptr<MqttConnection>> connect(const MqttSettings&,
                                                  const std::atomic<bool>&) override {
    const std::lock_guard lock(broker_.mutex_);
    if (!broker_.up_) {
      return fail(ErrorCode::kUnavailable, "the fake broker is down");
    }
    return std::make_unique<FakeConnection>(broker_, broker_.times_down_, broker_.break_after_);
  }

 private:
  FakeBroker& broker_;
};

std::unique_ptr<MqttConnector> FakeBroker::connector() {
  return std::make_unique<FakeConnector>(*this);
}

void FakeBroker::go_down() {
  const std::lock_guard lock(mutex_);
  up_ = false;
  ++times_down_;
}

void FakeBroker::come_up() {
  const std::lock_guard lock(mutex_);
  up_ = true;
}

void FakeBroker::break_after(int messages) {
  const std::lock_guard lock(mutex_);
  break_after_ = messages;
}

std::vector<MqttMessage> FakeBroker::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

bool FakeBroker::wait_for(std::size_t messages, Nanoseconds most) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, most, [&] { return received_.size() >= messages; });
}

}  // namespace arete::io_mqtt
