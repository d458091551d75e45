// Objects that are used over and over: what take() lends comes back when the last owner lets it go,
// with its memory, so that a stream of large frames does not allocate each anew. At most a few wait
// unused. Threads: safe from any; what is lent may outlive the recycler.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace arete::media {

template <class T>
class Recycler {
 public:
  explicit Recycler(std::size_t most_idle = 8) : idle_(std::make_shared<Idle>()) {
    idle_->most = most_idle;
  }

  /// One that came back, as it was left, or a new one.
  [[nodiscard]] std::shared_ptr<T> take() {
    std::unique_ptr<T> object = idle_->pop();
    if (object == nullptr) {
      object = std::make_unique<T>();
    }
    return std::shared_ptr<T>(object.release(), [idle = idle_](T* returned) {
      idle->push(std::unique_ptr<T>(returned));
    });
  }

 private:
  struct Idle {
    std::mutex mutex;
    std::vector<std::unique_ptr<T>> objects;
    std::size_t most = 0;

    std::unique_ptr<T> pop() {
      const std::lock_guard lock(mutex);
      if (objects.empty()) {
        return nullptr;
      }
      std::unique_ptr<T> object = std::move(objects.back());
      objects.pop_back();
      return object;
    }
    void push(std::unique_ptr<T> object) {
      const std::lock_guard lock(mutex);
      if (objects.size() < most) {
        objects.push_back(std::move(object));
      }
    }
  };
  std::shared_ptr<Idle> idle_;
};

}  // namespace arete::media
