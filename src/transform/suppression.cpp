// SPDX-License-Identifier: Apache-2.0
#include "transform/suppression.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace arete::transform {
namespace {

bool better(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) {
    return a.score > b.score;
  }
  return a.order != b.order ? a.order < b.order : a.index < b.index;
}

bool rivals(const Candidate& best, const Candidate& other, const spec::Nms& settings) {
  return (!settings.per_class || best.index == other.index) &&
         tensor::intersection_over_union(best.box, other.box) > static_cast<float>(settings.iou);
}

/// Sums of what overlaps the best, each weighed by its score.
class WeightedMean {
 public:
  explicit WeightedMean(const Candidate& best) : result_(best), points_(best.keypoints.size()) {}

  void add(const Candidate& part) {
    const double weight = part.score;
    weight_ += weight;
    sums_[0] += weight * part.box.x1;
    sums_[1] += weight * part.box.y1;
    sums_[2] += weight * part.box.x2;
    sums_[3] += weight * part.box.y2;
    for (std::size_t i = 0; i < points_.size() && i < part.keypoints.size(); ++i) {
      points_[i].first += weight * part.keypoints[i].x;
      points_[i].second += weight * part.keypoints[i].y;
    }
  }
  [[nodiscard]] Candidate result() && {
    if (weight_ <= 0) {
      return std::move(result_);
    }
    const auto mean = [this](double sum) { return static_cast<float>(sum / weight_); };
    result_.box = {mean(sums_[0]), mean(sums_[1]), mean(sums_[2]), mean(sums_[3])};
    for (std::size_t i = 0; i < points_.size(); ++i) {
      result_.keypoints[i].x = mean(points_[i].first);
      result_.keypoints[i].y = mean(points_[i].second);
    }
    return std::move(result_);
  }

 private:
  Candidate result_;
  double weight_ = 0;
  double sums_[4] = {};
  std::vector<std::pair<double, double>> points_;
};

/// `sorted` is best first. Marks all that belong to candidate `best` and gives what it becomes.
Candidate take(const std::vector<Candidate>& sorted, std::size_t best, const spec::Nms& settings,
               std::vector<bool>& gone) {
  WeightedMean mean(sorted[best]);
  mean.add(sorted[best]);
  for (std::size_t i = best + 1; i < sorted.size(); ++i) {
    if (!gone[i] && rivals(sorted[best], sorted[i], settings)) {
      gone[i] = true;
      mean.add(sorted[i]);
    }
  }
  return settings.method == spec::Nms::Method::kWeighted ? std::move(mean).result() : sorted[best];
}

}  // namespace

bool usable(float score, const tensor::Box& box, double min_score) {
  return std::isfinite(score) && static_cast<double>(score) >= min_score && std::isfinite(box.x1) &&
         std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
}

std::vector<Candidate> suppress(std::vector<Candidate> candidates, const spec::Nms& settings,
                                int max_kept) {
  const auto limit = static_cast<std::size_t>(std::max(0, settings.max_candidates));
  const auto kept_limit = static_cast<std::size_t>(std::max(0, max_kept));
  const std::size_t entering = std::min(limit, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(entering),
                    candidates.end(), better);
  candidates.resize(entering);
  if (settings.method == spec::Nms::Method::kNone) {
    candidates.resize(std::min(candidates.size(), kept_limit));
    return candidates;
  }
  std::vector<Candidate> kept;
  std::vector<bool> gone(candidates.size(), false);
  for (std::size_t i = 0; i < candidates.size() && kept.size() < kept_limit; ++i) {
    if (!gone[i]) {
      kept.push_back(take(candidates, i, settings, gone));
    }
  }
  return kept;
}

}  // namespace arete::transform
