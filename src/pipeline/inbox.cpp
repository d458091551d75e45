// SPDX-License-Identifier: Apache-2.0
#include "pipeline/inbox.hpp"

#include <algorithm>
#include <utility>

namespace arete::pipeline {

Inbox::Inbox(QueuePolicy policy, std::size_t capacity, std::size_t sources, std::size_t producers)
    : policy_(policy), capacity_(capacity), lanes_(sources), producers_(producers) {}

void Inbox::append(std::size_t lane, Item item) {
  if (!item.restart) {
    ++lanes_[lane].packets;
    high_water_ = std::max(high_water_, ++held_);
  }
  lanes_[lane].items.push_back(std::move(item));
  ready_.emplace(lanes_[lane].served, lane);
  filled_.notify_one();
}

Stamp Inbox::drop_oldest(Lane& lane) {
  const auto oldest = std::ranges::find_if(lane.items, [](const Item& i) { return !i.restart; });
  const Stamp stamp = oldest->packet.stamp;
  lane.items.erase(oldest);
  --lane.packets;
  --held_;
  return stamp;
}

std::optional<Inbox::Lost> Inbox::push(Packet packet, Nanoseconds now) {
  const auto lane = static_cast<std::size_t>(packet.stamp.source);
  std::unique_lock lock(mutex_);
  if (policy_ == QueuePolicy::kBlock) {
    drained_.wait(lock, [&] { return abandoned_ || lanes_[lane].packets < capacity_; });
  }
  std::optional<Lost> lost;
  if (abandoned_) {
    return Lost{packet.stamp, true};
  }
  if (lanes_[lane].packets >= capacity_) {
    if (policy_ == QueuePolicy::kOldest) {
      return Lost{packet.stamp, true};
    }
    lost = Lost{drop_oldest(lanes_[lane]), false};
  }
  append(lane, {false, std::move(packet), now});
  return lost;
}

void Inbox::push_restart(int source) {
  Item item;
  item.restart = true;
  item.packet.stamp.source = source;
  const std::lock_guard lock(mutex_);
  if (!abandoned_) {
    append(static_cast<std::size_t>(source), std::move(item));
  }
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  --producers_;
  filled_.notify_all();
}

void Inbox::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  filled_.notify_all();
  drained_.notify_all();
}

bool Inbox::take(std::size_t most, std::vector<Item>& out) {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [&] { return abandoned_ || !ready_.empty() || producers_ == 0; });
  if (abandoned_ || ready_.empty()) {
    return false;
  }
  while (out.size() < most && !ready_.empty()) {
    const std::size_t index = ready_.begin()->second;
    ready_.erase(ready_.begin());
    Lane& lane = lanes_[index];
    lane.served = ++services_;
    Item item = std::move(lane.items.front());
    lane.items.pop_front();
    if (!item.restart) {
      --lane.packets;
      --held_;
    }
    out.push_back(std::move(item));
    if (!lane.items.empty()) {
      ready_.emplace(lane.served, index);
    }
  }
  if (policy_ == QueuePolicy::kBlock) {
    drained_.notify_all();
  }
  return true;
}

std::size_t Inbox::high_water() const {
  const std::lock_guard lock(mutex_);
  return high_water_;
}

}  // namespace arete::pipeline
