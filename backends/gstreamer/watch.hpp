// What a pipeline says while it runs: its first error, its end, that something may have come. One
// thread waits here for all of it, so nothing can be missed and no main loop is needed.
// Threads: any; GStreamer's report, the owner's waits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "arete/plugin/failure.hpp"
#include "handles.hpp"

namespace arete_gstreamer {

class Watch {
 public:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Listens to the messages of `pipeline`, which must be told to detach before this goes.
  void attach(GstElement* pipeline);
  static void detach(GstElement* pipeline);
  /// Hears the errors of a part before the bins around it, which may keep them to themselves.
  void listen_to(GstElement* part);

  /// The first failure stays.
  void fail(arete_code code, std::string message);
  void end();
  /// The first packet is there.
  void arrive();
  void interrupt();
  /// Lets wait() ask again.
  void wake();
  /// Changes what `done` asks about, with the lock held.
  void change(const std::function<void()>& how);

  /// Returns when `done` holds. Else throws: what was reported by fail(), ARETE_CANCELLED after
  /// interrupt(), ARETE_TIMEOUT with `late` at the deadline. `done` is called with a lock held that
  /// wake() takes, first of all: what has come is not lost to an error behind it.
  void wait(const std::function<bool()>& done, const Deadline& deadline, const char* late);

  /// To be asked inside `done`.
  [[nodiscard]] bool arrived() const { return arrived_; }
  [[nodiscard]] bool failed() const { return failure_.has_value(); }
  /// Likewise: nothing comes any more.
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  static GstBusSyncReply on_message(GstBus* bus, GstMessage* message, gpointer self);
  static GstBusSyncReply on_part_message(GstBus* bus, GstMessage* message, gpointer self);
  void take(GstMessage* message);
  void take_warning(GstMessage* message);

  /// Between a part's own bus and the one that its bin has given it.
  struct Relay {
    const GstBus* inner;
    ObjectPtr<GstBus> outer;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<arete::plugin::Failure> failure_;
  std::vector<Relay> relays_;
  std::string missing_;  ///< the decoder that GStreamer lacks
  bool arrived_ = false;
  bool ended_ = false;
  bool interrupted_ = false;
};

}  // namespace arete_gstreamer
