// SPDX-License-Identifier: Apache-2.0
#include "transform/tracking/tracker.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "tensor/results.hpp"
#include "transform/tracking/assignment.hpp"
#include "transform/tracking/kalman_box.hpp"

namespace arete::transform {
namespace {

/// Beyond any picture; keeps the arithmetic of boxes far from overflow.
constexpr float kFarthest = 1e6F;

bool is_trackable(const tensor::Detection& detection) {
  const tensor::Box& box = detection.box;
  const bool inside = std::ranges::all_of(std::array{box.x1, box.y1, box.x2, box.y2}, [](float x) {
    return std::isfinite(x) && std::abs(x) <= kFarthest;
  });
  return inside && box.area() > 0 && std::isfinite(detection.score);
}

tensor::Box grown(const tensor::Box& box, double share) {
  const auto x = static_cast<float>(box.width() * share);
  const auto y = static_cast<float>(box.height() * share);
  return {box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y};
}

void keep(std::vector<std::size_t>& indices, const std::vector<bool>& joined) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (!joined[i]) {
      indices[kept++] = indices[i];
    }
  }
  indices.resize(kept);
}

}  // namespace

void Tracker::restart() {
  tracks_.clear();
  time_.reset();
}

void Tracker::begin_frame(Nanoseconds time) {
  const Nanoseconds now = time_ ? std::max(*time_, time) : time;
  const double passed = time_ ? std::chrono::duration<double>(now - *time_).count() : 0;
  time_ = now;
  std::erase_if(tracks_, [&](const Track& track) {
    return std::chrono::duration<double>(now - track.seen).count() > options_.max_age_s;
  });
  for (Track& track : tracks_) {
    track.detection = -1;
    track.filter.predict(passed, track.lost);
  }
}

void Tracker::join(std::span<const tensor::Detection> detections, Indices& candidates,
                   Indices& tracks, double min_iou) {
  std::vector<tensor::Box> boxes;
  boxes.reserve(candidates.size());
  for (const std::size_t candidate : candidates) {
    boxes.push_back(grown(detections[candidate].box, options_.grow));
  }
  std::vector<double> costs;
  costs.reserve(tracks.size() * candidates.size());
  for (const std::size_t track : tracks) {
    const tensor::Box expected = grown(tracks_[track].filter.box(), options_.grow);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const bool alike =
          !options_.per_class || detections[candidates[i]].index == tracks_[track].index;
      costs.push_back(
          alike ? 1.0 - static_cast<double>(tensor::intersection_over_union(expected, boxes[i]))
                : std::numeric_limits<double>::infinity());
    }
  }
  const std::vector<int> joined = assign(costs, tracks.size(), candidates.size(), 1.0 - min_iou);
  std::vector<bool> track_joined(tracks.size(), false);
  std::vector<bool> candidate_joined(candidates.size(), false);
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (joined[i] != kUnassigned) {
      const auto candidate = static_cast<std::size_t>(joined[i]);
      tracks_[tracks[i]].detection = static_cast<int>(candidates[candidate]);
      track_joined[i] = true;
      candidate_joined[candidate] = true;
    }
  }
  keep(tracks, track_joined);
  keep(candidates, candidate_joined);
}

void Tracker::end_frame(std::span<const tensor::Detection> detections, const Indices& unknown) {
  for (Track& track : tracks_) {
    track.lost = track.detection < 0;
    if (track.lost) {
      continue;
    }
    const tensor::Detection& detection = detections[static_cast<std::size_t>(track.detection)];
    track.filter.update(detection.box);
    track.seen = *time_;
    ++track.hits;
  }
  // A track without an id is believed in only while it is seen.
  std::erase_if(tracks_, [](const Track& track) { return track.lost && track.id == 0; });
  for (const std::size_t index : unknown) {
    const tensor::Detection& detection = detections[index];
    if (detection.score >= options_.new_score) {
      Track track{.filter = KalmanBox(detection.box), .index = detection.index};
      track.seen = *time_;
      track.detection = static_cast<int>(index);
      tracks_.push_back(track);
    }
  }
  for (Track& track : tracks_) {
    if (track.id == 0 && track.hits >= options_.min_hits) {
      track.id = next_id_++;
    }
  }
}

std::vector<std::optional<std::int64_t>> Tracker::update(
    std::span<const tensor::Detection> detections, Nanoseconds time) {
  begin_frame(time);
  Indices sure;
  Indices doubtful;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    if (is_trackable(detections[i]) && detections[i].score >= options_.low_score) {
      (detections[i].score >= options_.high_score ? sure : doubtful).push_back(i);
    }
  }
  Indices known;
  Indices tentative;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    (tracks_[i].id != 0 ? known : tentative).push_back(i);
  }
  join(detections, sure, known, options_.min_iou);
  // What is hidden gives doubtful detections; what was lost before would only catch noise.
  std::erase_if(known, [&](std::size_t track) { return tracks_[track].lost; });
  join(detections, doubtful, known, options_.min_iou_low);
  join(detections, sure, tentative, options_.min_iou_new);
  end_frame(detections, sure);

  std::vector<std::optional<std::int64_t>> ids(detections.size());
  for (const Track& track : tracks_) {
    if (track.detection >= 0 && track.id != 0) {
      ids[static_cast<std::size_t>(track.detection)] = track.id;
    }
  }
  return ids;
}

}  // namespace arete::transform
