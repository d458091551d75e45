// SPDX-License-Identifier: Apache-2.0
#include "stats/duration_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/clock.hpp"

namespace arete::stats {
namespace {

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  return a > kLargest - b ? kLargest : a + b;  // neither is negative
}

}  // namespace

std::size_t DurationHistogram::bucket_of(std::int64_t nanoseconds) {
  constexpr std::uint64_t kLargest = (std::uint64_t{1} << (kHighestBit + 1)) - 1;
  const std::uint64_t value = std::min(static_cast<std::uint64_t>(nanoseconds), kLargest);
  if (value < 2 * kPerOctave) {
    return static_cast<std::size_t>(value);
  }
  // The leading bit and the kSubBits behind it; what is shifted out is the bucket's width.
  const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 1 - kSubBits;
  return shift * kPerOctave + static_cast<std::size_t>(value >> shift);
}

std::int64_t DurationHistogram::middle_of(std::size_t bucket) {
  if (bucket < 2 * kPerOctave) {
    return static_cast<std::int64_t>(bucket);
  }
  const std::size_t shift = bucket / kPerOctave - 1;
  const auto first = static_cast<std::int64_t>(bucket - shift * kPerOctave) << shift;
  return first + (std::int64_t{1} << (shift - 1));
}

void DurationHistogram::add(Nanoseconds duration) {
  const std::int64_t value = std::max<std::int64_t>(duration.count(), 0);
  ++counts_[bucket_of(value)];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ = saturated_sum(sum_, value);
  ++count_;
}

void DurationHistogram::merge(const DurationHistogram& other) {
  if (other.count_ == 0) {
    return;
  }
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ = saturated_sum(sum_, other.sum_);
  count_ += other.count_;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    counts_[i] += other.counts_[i];
  }
}

Nanoseconds DurationHistogram::quantile(double fraction) const {
  if (count_ == 0) {
    return Nanoseconds(0);
  }
  // NaN is as 0.
  const double inside = fraction > 0 ? std::min(fraction, 1.0) : 0.0;
  const auto rank = std::max<std::uint64_t>(
      static_cast<std::uint64_t>(std::ceil(inside * static_cast<double>(count_))), 1);
  if (rank == 1) {
    return min();
  }
  if (rank >= count_) {
    return max();
  }
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= rank) {
      return Nanoseconds(std::clamp(middle_of(i), min_, max_));
    }
  }
  return max();
}

}  // namespace arete::stats
