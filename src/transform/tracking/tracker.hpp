// Gives the objects of a stream names that stay: each detection is joined to the track whose
// predicted box it overlaps most, sure detections first, doubtful ones then to tracks that would
// otherwise be lost. Uses boxes, scores and class indices alone: no pictures.
// Source: ByteTrack (Zhang et al. 2022, arXiv:2110.06864) over SORT's filter (Bewley et al. 2016,
// arXiv:1602.00763); boxes may be grown before they are compared (C-BIoU, Yang et al. 2023), which
// helps at low frame rates. Times come with the frames, so some may be missing.
// Threads: serial. Deterministic. Errors: none; a box that is no box gets no track.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "tensor/results.hpp"
#include "transform/tracking/kalman_box.hpp"

namespace arete::transform {

struct TrackerOptions {
  float high_score = 0.5F;   ///< from here on a detection is sure
  float low_score = 0.1F;    ///< below, it is ignored
  float new_score = 0.6F;    ///< from here on an unknown detection begins a track
  double min_iou = 0.2;      ///< of a sure detection with its track's predicted box
  double min_iou_low = 0.5;  ///< of a doubtful one
  double min_iou_new = 0.3;  ///< of a sure one with a track that has no id yet
  double grow = 0.1;         ///< share of its size by which a box grows on each side to be compared
  int min_hits = 2;          ///< detections in frames on end before a track gets its id
  double max_age_s = 1;      ///< a track not seen for longer is over
  bool per_class = true;     ///< a track keeps its class; else a class may change on the way
};

class Tracker {
 public:
  explicit Tracker(const TrackerOptions& options) : options_(options) {}

  /// The id of each detection's track, none for those without. Ids count from 1 and are never used
  /// again. `time` does not go back; if it does, it counts as the time before.
  [[nodiscard]] std::vector<std::optional<std::int64_t>> update(
      std::span<const tensor::Detection> detections, Nanoseconds time);
  /// Forgets all tracks; ids go on counting.
  void restart();

  /// Tracks that are being followed, with an id or not yet.
  [[nodiscard]] std::size_t size() const { return tracks_.size(); }

 private:
  struct Track {
    KalmanBox filter;
    int index;  ///< class
    int hits = 1;
    std::int64_t id = 0;  ///< 0 = not yet
    Nanoseconds seen{0};
    bool lost = false;   ///< not seen in the last frame
    int detection = -1;  ///< of this frame
  };
  using Indices = std::vector<std::size_t>;

  void begin_frame(Nanoseconds time);
  /// Joins `candidates` (detections) to `tracks`; both keep what was not joined.
  void join(std::span<const tensor::Detection> detections, Indices& candidates, Indices& tracks,
            double min_iou);
  void end_frame(std::span<const tensor::Detection> detections, const Indices& unknown);

  TrackerOptions options_;
  std::vector<Track> tracks_;  ///< oldest first
  std::int64_t next_id_ = 1;
  std::optional<Nanoseconds> time_;
};

}  // namespace arete::transform
