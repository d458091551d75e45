// A source in a running graph: opens it, paces it, gives its packets stamps, and opens it again
// after a failure, waiting a little longer each time. Internal to the module. Threads: loop() on
// the source's own; stop() from any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "pipeline/graph_node.hpp"
#include "pipeline/pipeline.hpp"

namespace arete::pipeline {

class SourceRunner {
 public:
  SourceRunner(GraphRun& run, SourceSpec spec, std::size_t position, SourceOpener opener);

  void add_target(Target target) { targets_.push_back(target); }
  /// Before loop(). An error names the line; none if the file says to go on trying.
  [[nodiscard]] Status open();
  /// Until the stream ends for good or stop().
  void loop();
  void stop();
  [[nodiscard]] SourceReport report() const;

 private:
  [[nodiscard]] bool live() const;
  [[nodiscard]] bool reopen();
  [[nodiscard]] Status open_now();
  [[nodiscard]] Result<std::optional<media::MediaPacket>> read();
  /// False if there is nothing to go on with.
  [[nodiscard]] bool after_error(const Error& error);
  [[nodiscard]] bool after_end();
  void note_return();
  void pass_on(media::MediaPacket packet, Nanoseconds asked);
  [[nodiscard]] bool begins_anew() const;
  void set_times(const media::MediaPacket& packet, Stamp& stamp);
  [[nodiscard]] bool pace(Stamp& stamp);
  void book(const Stamp& stamp, Nanoseconds asked, Nanoseconds given);
  [[nodiscard]] std::int64_t most_packets() const;
  /// False if stop() came first.
  [[nodiscard]] bool wait_until(Nanoseconds time);

  GraphRun& run_;
  SourceSpec spec_;
  std::size_t position_;
  SourceOpener opener_;
  std::vector<Target> targets_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<media::Source> source_;
  bool stopped_ = false;
  SourceReport report_;

  bool broken_ = false;   ///< since its last packet
  Nanoseconds delay_{0};  ///< before the next try
  std::int64_t sequence_ = 0;
  bool renewed_ = false;                   ///< the next packet is the first of a reopened stream
  bool away_ = false;                      ///< it broke, and nothing has come since
  std::optional<Nanoseconds> paced_from_;  ///< when media time 0 was due
  Nanoseconds base_{0};                    ///< added to the stream's own times
  Nanoseconds last_media_{-1};
  Nanoseconds last_step_{0};
  Nanoseconds last_captured_{0};
};

}  // namespace arete::pipeline
