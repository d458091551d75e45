// The bounded queue before a stage: one lane a source, so that a busy source cannot push out
// another. Lanes are served in turn. What happens when a lane is full is the policy's. Threads: any
// number of producers, one consumer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "pipeline/graph_spec.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {

class Inbox {
 public:
  struct Item {
    bool restart = false;  ///< no packet: the stream of packet.stamp.source begins anew
    Packet packet;
    Nanoseconds pushed{0};
  };
  /// The packet that was lost for another one to stay, if any.
  struct Lost {
    Stamp stamp;
    bool newcomer = false;  ///< turned away, rather than pushed out
  };

  /// `capacity` packets a source; `producers` is how many close() calls end it.
  Inbox(QueuePolicy policy, std::size_t capacity, std::size_t sources, std::size_t producers);

  /// Waits for room if the policy is kBlock.
  [[nodiscard]] std::optional<Lost> push(Packet packet, Nanoseconds now);
  /// Takes no room and is never lost.
  void push_restart(int source);
  /// One producer will push no more.
  void close();
  /// Nobody waits any more; what is in it is thrown away.
  void abandon();

  /// Waits for something and takes at most `most` items, one a source before a second of any.
  /// False at the end: all producers have closed and it is empty, or it was abandoned.
  [[nodiscard]] bool take(std::size_t most, std::vector<Item>& out);

  /// Most packets that it has held at a time.
  [[nodiscard]] std::size_t high_water() const;

 private:
  struct Lane {
    std::deque<Item> items;
    std::size_t packets = 0;   ///< without the restarts
    std::uint64_t served = 0;  ///< when it was last served, by a count of all services
  };

  void append(std::size_t lane, Item item);
  [[nodiscard]] Stamp drop_oldest(Lane& lane);

  const QueuePolicy policy_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable drained_;
  std::vector<Lane> lanes_;
  std::set<std::pair<std::uint64_t, std::size_t>> ready_;  ///< (served, lane) of lanes with items
  std::uint64_t services_ = 0;
  std::size_t producers_;
  std::size_t held_ = 0;
  std::size_t high_water_ = 0;
  bool abandoned_ = false;
};

}  // namespace arete::pipeline
