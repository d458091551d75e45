// How it works: candidates are sorted once; each then meets only the ones that were kept before it,
// of its class where classes are apart. A kept box is compared as five columns (edges and area), so
// that the compiler can take several at once. The arithmetic is intersection_over_union()'s.
// SPDX-License-Identifier: Apache-2.0
#include "transform/suppression.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace arete::transform {
namespace {

using Rank = std::uint32_t;  ///< place among the sorted candidates

bool better(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) {
    return a.score > b.score;
  }
  return a.order != b.order ? a.order < b.order : a.index < b.index;
}

/// The boxes that stay, as columns padded to whole blocks.
class KeptBoxes {
 public:
  static constexpr std::size_t kBlock = 16;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void clear() { count_ = 0; }
  [[nodiscard]] std::size_t size() const { return count_; }

  void add(const tensor::Box& box) {
    if (count_ == columns_.size() * kBlock) {
      columns_.emplace_back();
    }
    Columns& columns = columns_[count_ / kBlock];
    const std::size_t at = count_ % kBlock;
    columns.x1[at] = box.x1;
    columns.y1[at] = box.y1;
    columns.x2[at] = box.x2;
    columns.y2[at] = box.y2;
    columns.area[at] = box.area();
    ++count_;
  }

  /// The first whose overlap with `box` is above `iou`.
  [[nodiscard]] std::size_t first_rival(const tensor::Box& box, float iou) const {
    for (std::size_t start = 0; start < count_; start += kBlock) {
      std::array<int, kBlock> hits;
      overlaps(columns_[start / kBlock], box, iou, hits);
      int any = 0;
      for (const int hit : hits) {
        any |= hit;
      }
      if (any == 0) {
        continue;
      }
      const std::size_t in_use = std::min(kBlock, count_ - start);
      const auto* const first = std::find(hits.data(), hits.data() + in_use, 1);
      if (first != hits.data() + in_use) {
        return start + static_cast<std::size_t>(first - hits.data());
      }
    }
    return kNone;
  }

 private:
  struct Columns {
    std::array<float, kBlock> x1{};
    std::array<float, kBlock> y1{};
    std::array<float, kBlock> x2{};
    std::array<float, kBlock> y2{};
    std::array<float, kBlock> area{};
  };

  static void overlaps(const Columns& kept, const tensor::Box& box, float iou,
                       std::array<int, kBlock>& hits) {
    const float area = box.area();
    for (std::size_t i = 0; i < kBlock; ++i) {
      const float width = std::min(kept.x2[i], box.x2) - std::max(kept.x1[i], box.x1);
      const float height = std::min(kept.y2[i], box.y2) - std::max(kept.y1[i], box.y1);
      const float common = (width > 0) & (height > 0) ? width * height : 0.0F;
      const float together = kept.area[i] + area - common;
      hits[i] = static_cast<int>((together > 0) & (common / together > iou));
    }
  }

  std::vector<Columns> columns_;
  std::size_t count_ = 0;
};

/// Sums of what overlaps the best, each weighed by its score.
struct WeightedSums {
  double weight = 0;
  std::array<double, 4> box{};

  void add(const Candidate& part, std::span<const tensor::Keypoint> part_points,
           std::span<std::array<double, 2>> points) {
    const double share = part.score;
    weight += share;
    box[0] += share * part.box.x1;
    box[1] += share * part.box.y1;
    box[2] += share * part.box.x2;
    box[3] += share * part.box.y2;
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i][0] += share * part_points[i].x;
      points[i][1] += share * part_points[i].y;
    }
  }
};

/// One run of suppress(), over candidates that are sorted, best first.
class Suppression {
 public:
  Suppression(Candidates& candidates, const spec::Nms& settings, std::size_t limit)
      : candidates_(candidates),
        settings_(settings),
        limit_(limit),
        is_weighted_(settings.method == spec::Nms::Method::kWeighted) {}

  void run() {
    const auto& list = candidates_.list();
    std::vector<Rank> ranks(list.size());
    std::iota(ranks.begin(), ranks.end(), Rank{0});
    if (settings_.per_class) {
      std::ranges::stable_sort(ranks, {}, [&list](Rank rank) { return list[rank].index; });
    }
    for (std::size_t start = 0; start < ranks.size();) {
      std::size_t end = settings_.per_class ? start + 1 : ranks.size();
      while (end < ranks.size() && list[ranks[end]].index == list[ranks[start]].index) {
        ++end;
      }
      keep_best_of(std::span(ranks).subspan(start, end - start));
      start = end;
    }
    std::ranges::sort(stay_);
    stay_.resize(std::min(stay_.size(), limit_));
    std::vector<Candidate> kept;
    kept.reserve(stay_.size());
    for (const Rank rank : stay_) {
      kept.push_back(list[rank]);
    }
    candidates_.list() = std::move(kept);
  }

 private:
  /// `group`, best first, may suppress one another.
  void keep_best_of(std::span<const Rank> group) {
    const auto& list = candidates_.list();
    const auto iou = static_cast<float>(settings_.iou);
    const std::size_t first_kept = stay_.size();
    boxes_.clear();
    owners_.clear();
    for (const Rank rank : group) {
      const std::size_t rival = boxes_.first_rival(list[rank].box, iou);
      if (rival == KeptBoxes::kNone && boxes_.size() == limit_) {
        if (!is_weighted_) {
          break;  // what follows could neither stay nor change what stays
        }
        continue;
      }
      if (rival == KeptBoxes::kNone) {
        boxes_.add(list[rank].box);
        stay_.push_back(rank);
      }
      owners_.push_back(rival == KeptBoxes::kNone ? boxes_.size() - 1 : rival);
      members_.push_back(rank);
    }
    if (is_weighted_) {
      average(std::span(stay_).subspan(first_kept));
    }
    members_.clear();
  }

  /// The boxes and keypoints of what stays become means over all that they stand for.
  void average(std::span<const Rank> kept) {
    auto& list = candidates_.list();
    for (std::size_t owner = 0; owner < kept.size(); ++owner) {
      Candidate& best = list[kept[owner]];
      const auto own_points = candidates_.points_of(best);
      WeightedSums sums;
      points_.assign(own_points.size(), {});
      for (std::size_t i = 0; i < members_.size(); ++i) {
        if (owners_[i] == owner) {
          const Candidate& part = list[members_[i]];
          sums.add(part, candidates_.points_of(part), points_);
        }
      }
      if (sums.weight <= 0) {
        continue;
      }
      const auto mean = [&sums](double sum) { return static_cast<float>(sum / sums.weight); };
      best.box = {mean(sums.box[0]), mean(sums.box[1]), mean(sums.box[2]), mean(sums.box[3])};
      for (std::size_t i = 0; i < own_points.size(); ++i) {
        own_points[i].x = mean(points_[i][0]);
        own_points[i].y = mean(points_[i][1]);
      }
    }
  }

  Candidates& candidates_;
  const spec::Nms& settings_;
  std::size_t limit_;
  bool is_weighted_;
  KeptBoxes boxes_;
  std::vector<Rank> stay_;
  std::vector<Rank> members_;        ///< of the group: who counts
  std::vector<std::size_t> owners_;  ///< and for which kept box
  std::vector<std::array<double, 2>> points_;
};

}  // namespace

bool usable(float score, const tensor::Box& box, double min_score) {
  return std::isfinite(score) && static_cast<double>(score) >= min_score && std::isfinite(box.x1) &&
         std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
}

void suppress(Candidates& candidates, const spec::Nms& settings, int max_kept) {
  auto& list = candidates.list();
  const auto limit = static_cast<std::size_t>(std::max(0, settings.max_candidates));
  const auto kept_limit = static_cast<std::size_t>(std::max(0, max_kept));
  const std::size_t entering = std::min(limit, list.size());
  if (entering < list.size()) {
    std::ranges::nth_element(list, list.begin() + static_cast<std::ptrdiff_t>(entering), better);
    list.resize(entering);
  }
  std::ranges::sort(list, better);
  if (settings.method == spec::Nms::Method::kNone || kept_limit == 0) {
    list.resize(std::min(list.size(), kept_limit));
    return;
  }
  Suppression(candidates, settings, kept_limit).run();
}

}  // namespace arete::transform
