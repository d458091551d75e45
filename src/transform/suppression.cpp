// How it works: candidates are sorted once; each then meets only the ones that were kept before it,
// of its class where classes are apart.
// SPDX-License-Identifier: Apache-2.0
#include "transform/suppression.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "transform/box_columns.hpp"

namespace arete::transform {
namespace {

/// Grows as the score falls; equal scores differ by the place in the list.
std::uint64_t sort_key(float score, std::size_t place) {
  const auto bits = std::bit_cast<std::uint32_t>(score + 0.0F);  // -0 is 0
  const std::uint32_t rising = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  return (std::uint64_t{~rising} << 32U) | static_cast<std::uint32_t>(place);
}

/// The best `limit` candidates, best first.
std::vector<Candidate> best_first(const std::vector<Candidate>& list, std::size_t limit) {
  std::vector<std::uint64_t> keys;
  keys.reserve(list.size());
  for (const Candidate& candidate : list) {
    keys.push_back(sort_key(candidate.score, keys.size()));
  }
  const std::size_t entering = std::min(limit, keys.size());
  if (entering < keys.size()) {
    std::ranges::nth_element(keys, keys.begin() + static_cast<std::ptrdiff_t>(entering));
    keys.resize(entering);
  }
  std::ranges::sort(keys);
  std::vector<Candidate> sorted;
  sorted.reserve(entering);
  for (const std::uint64_t key : keys) {
    sorted.push_back(list[static_cast<std::uint32_t>(key)]);
  }
  return sorted;
}

/// Sums of what a kept candidate stands for, each weighed by its score.
struct WeightedSums {
  double weight = 0;
  std::array<double, 4> box{};
};

/// One run of suppress(), over candidates that are sorted, best first.
class Suppression {
 public:
  Suppression(Candidates& candidates, const spec::Nms& settings, std::size_t limit)
      : candidates_(candidates),
        per_class_(settings.per_class),
        iou_(static_cast<float>(settings.iou)),
        limit_(limit),
        is_weighted_(settings.method == spec::Nms::Method::kWeighted) {
    // Classes are many and their boxes few, or the other way around.
    boxes_.reserve(std::min<std::size_t>(candidates.list().size(), per_class_ ? 64 : 16));
  }

  void run() {
    auto& list = candidates_.list();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::size_t rivals = list_of(list[i].index);
      const std::int64_t rival = boxes_.first_above(rivals, list[i].box, iou_);
      if (rival >= 0) {
        merge(list[i], static_cast<std::size_t>(rival));
        continue;
      }
      if (kept == limit_) {
        if (!is_weighted_) {
          break;  // what follows could neither stay nor change what stays
        }
        continue;
      }
      boxes_.add(rivals, list[i].box, static_cast<std::uint32_t>(kept));
      list[kept] = list[i];
      merge(list[kept], kept);
      ++kept;
    }
    list.resize(kept);
    if (is_weighted_) {
      average();
    }
  }

 private:
  /// The boxes that a class meets.
  std::size_t list_of(int index) {
    if (!per_class_) {
      index = 0;
    }
    if (index >= 0 && index < kDirectClasses) {
      const auto at = static_cast<std::size_t>(index);
      if (at >= direct_.size()) {
        direct_.resize(at + 1, kNoList);
      }
      if (direct_[at] == kNoList) {
        direct_[at] = static_cast<std::uint32_t>(boxes_.add_list());
      }
      return direct_[at];
    }
    for (const auto& [odd_index, list] : odd_) {
      if (odd_index == index) {
        return list;
      }
    }
    odd_.emplace_back(index, boxes_.add_list());
    return odd_.back().second;
  }

  /// Counts `part` for the kept candidate number `owner`.
  void merge(const Candidate& part, std::size_t owner) {
    if (!is_weighted_) {
      return;
    }
    const auto points = candidates_.points_of(part);
    if (owner == sums_.size()) {
      sums_.emplace_back();
      point_sums_.resize(sums_.size() * points.size());
    }
    WeightedSums& sums = sums_[owner];
    const double share = part.score;
    sums.weight += share;
    sums.box[0] += share * part.box.x1;
    sums.box[1] += share * part.box.y1;
    sums.box[2] += share * part.box.x2;
    sums.box[3] += share * part.box.y2;
    for (std::size_t i = 0; i < points.size(); ++i) {
      auto& sum = point_sums_[owner * points.size() + i];
      sum[0] += share * points[i].x;
      sum[1] += share * points[i].y;
    }
  }

  /// The boxes and keypoints of what stays become means over all that they stand for.
  void average() {
    auto& list = candidates_.list();
    for (std::size_t owner = 0; owner < list.size(); ++owner) {
      const WeightedSums& sums = sums_[owner];
      if (sums.weight <= 0) {
        continue;
      }
      const auto mean = [&sums](double sum) { return static_cast<float>(sum / sums.weight); };
      list[owner].box = {mean(sums.box[0]), mean(sums.box[1]), mean(sums.box[2]),
                         mean(sums.box[3])};
      const auto points = candidates_.points_of(list[owner]);
      for (std::size_t i = 0; i < points.size(); ++i) {
        points[i].x = mean(point_sums_[owner * points.size() + i][0]);
        points[i].y = mean(point_sums_[owner * points.size() + i][1]);
      }
    }
  }

  /// A table by class; a file that speaks of more has them looked for one after the other.
  static constexpr int kDirectClasses = 1 << 16;
  static constexpr std::uint32_t kNoList = ~std::uint32_t{0};

  Candidates& candidates_;
  bool per_class_;
  float iou_;
  std::size_t limit_;
  bool is_weighted_;
  BoxLists boxes_;
  std::vector<std::uint32_t> direct_;
  std::vector<std::pair<int, std::size_t>> odd_;
  std::vector<WeightedSums> sums_;
  std::vector<std::array<double, 2>> point_sums_;
};

}  // namespace

void suppress(Candidates& candidates, const spec::Nms& settings, int max_kept) {
  const auto limit = static_cast<std::size_t>(std::max(0, settings.max_candidates));
  const auto kept_limit = static_cast<std::size_t>(std::max(0, max_kept));
  candidates.list() = best_first(candidates.list(), limit);
  if (settings.method == spec::Nms::Method::kNone || kept_limit == 0) {
    candidates.list().resize(std::min(candidates.list().size(), kept_limit));
    return;
  }
  Suppression(candidates, settings, kept_limit).run();
}

}  // namespace arete::transform
