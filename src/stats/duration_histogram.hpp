// How long something took, many times over: counts, sum, extremes and quantiles of durations in
// constant memory (19 kB), however many are added. A log-linear histogram: quantiles are within
// 0.8 % of a duration that was added, for up to an hour. Not here: rates, averages over a moving
// window.
// Threads: a value; serial. Errors: none. A negative duration counts as 0; one above an hour counts
// as one of 73 minutes for quantiles, while sum and extremes stay exact.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace arete::stats {

class DurationHistogram {
 public:
  void add(Nanoseconds duration);
  /// As if everything that was added to `other` had been added here.
  void merge(const DurationHistogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] Nanoseconds sum() const { return Nanoseconds(sum_); }
  /// 0 if nothing was added; so is max().
  [[nodiscard]] Nanoseconds min() const { return Nanoseconds(count_ == 0 ? 0 : min_); }
  [[nodiscard]] Nanoseconds max() const { return Nanoseconds(max_); }
  /// The duration below or at which `fraction` of all lie (nearest rank): 0.5 is the median, 0 the
  /// smallest, 1 the largest; outside of 0..1 as at the nearer end. 0 if nothing was added.
  [[nodiscard]] Nanoseconds quantile(double fraction) const;

 private:
  static constexpr int kSubBits = 6;  ///< 64 buckets an octave
  static constexpr int kHighestBit = 41;
  static constexpr std::size_t kPerOctave = std::size_t{1} << kSubBits;
  /// Below 2^(kSubBits + 1) each nanosecond has a bucket of its own.
  static constexpr std::size_t kBuckets =
      2 * kPerOctave + static_cast<std::size_t>(kHighestBit - kSubBits) * kPerOctave;

  [[nodiscard]] static std::size_t bucket_of(std::int64_t nanoseconds);
  [[nodiscard]] static std::int64_t middle_of(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::int64_t sum_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace arete::stats
