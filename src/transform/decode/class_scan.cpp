// Two steps a block of predictions: the highest score of each (a plain maximum over columns, which
// compilers turn into vector code), then, for the few that reach the threshold, which class it was.
// The block's scores are still in the cache by then. The first step is bound by the memory's speed:
// keeping the class beside the maximum, or asking for columns ahead, was measured to gain nothing.
// SPDX-License-Identifier: Apache-2.0
#include "transform/decode/class_scan.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace arete::transform {
namespace {

constexpr std::size_t kScanBlock = 1024;  // bytes of one column: 4096 for f32, a page
constexpr std::size_t kRowLanes = 32;

template <class T>
constexpr T lowest_score() {
  return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                              : std::numeric_limits<T>::lowest();
}

/// NaN in `next` loses.
template <class T>
[[gnu::always_inline]] inline T higher(T best, T next) {
  return next > best ? next : best;
}

/// best[i] = the highest of the block's columns, four at a time, so that `best` is read and written
/// a quarter as often.
template <class T>
[[gnu::always_inline]] inline void column_maxima(const T* scores, std::size_t classes,
                                                 std::size_t stride, std::size_t count,
                                                 T* __restrict best) {
  for (std::size_t i = 0; i < count; ++i) {
    best[i] = lowest_score<T>();
  }
  std::size_t c = 0;
  for (; c + 4 <= classes; c += 4) {
    const T* const first = scores + c * stride;
    const T* const second = first + stride;
    const T* const third = second + stride;
    const T* const fourth = third + stride;
    for (std::size_t i = 0; i < count; ++i) {
      best[i] = higher(higher(higher(higher(best[i], first[i]), second[i]), third[i]), fourth[i]);
    }
  }
  for (; c < classes; ++c) {
    const T* const column = scores + c * stride;
    for (std::size_t i = 0; i < count; ++i) {
      best[i] = higher(best[i], column[i]);
    }
  }
}

template <class T>
[[gnu::always_inline]] inline T row_maximum(const T* scores, std::size_t classes) {
  std::array<T, kRowLanes> lanes;
  lanes.fill(lowest_score<T>());
  std::size_t c = 0;
  for (; c + kRowLanes <= classes; c += kRowLanes) {
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
      lanes[lane] = higher(lanes[lane], scores[c + lane]);
    }
  }
  for (std::size_t lane = 0; c + lane < classes; ++lane) {
    lanes[lane] = higher(lanes[lane], scores[c + lane]);
  }
  T best = lanes[0];
  for (const T lane : lanes) {
    best = higher(best, lane);
  }
  return best;
}

/// The maxima of a block of predictions into `best`.
template <class T>
[[gnu::always_inline]] inline void block_maxima(const ScoreTable<T>& table, std::size_t start,
                                                std::size_t count, T* best) {
  if (table.row_stride == 1) {
    column_maxima(table.scores + start, table.classes, table.class_stride, count, best);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    best[i] = row_maximum(table.scores + (start + i) * table.row_stride, table.classes);
  }
}

/// The first class with this score, which one of them has. Eight at a time: the scores lie far
/// apart, and a branch after each would wait for its load.
template <class T>
std::size_t first_class_of(const T* scores, std::size_t classes, std::size_t stride, T wanted) {
  std::size_t index = 0;
  for (; index + 8 <= classes; index += 8) {
    int found = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      found |= static_cast<int>(scores[(index + k) * stride] == wanted);
    }
    if (found != 0) {
      break;
    }
  }
  while (index + 1 < classes && scores[index * stride] != wanted) {
    ++index;
  }
  return index;
}

template <class T>
using BlockMaxima = void (*)(const ScoreTable<T>&, std::size_t, std::size_t, T*);

template <class T>
void plain_maxima(const ScoreTable<T>& table, std::size_t start, std::size_t count, T* best) {
  block_maxima(table, start, count, best);
}

#if defined(__x86_64__)
template <class T>
[[gnu::target("avx2")]] void wide_maxima(const ScoreTable<T>& table, std::size_t start,
                                         std::size_t count, T* best) {
  block_maxima(table, start, count, best);
}
template <class T>
[[gnu::target("avx512f,avx512bw,avx512vl")]] void widest_maxima(const ScoreTable<T>& table,
                                                                std::size_t start,
                                                                std::size_t count, T* best) {
  block_maxima(table, start, count, best);
}

template <class T>
BlockMaxima<T> maxima_for_processor() {
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return &widest_maxima<T>;
  }
  return __builtin_cpu_supports("avx2") ? &wide_maxima<T> : &plain_maxima<T>;
}
#else
template <class T>
BlockMaxima<T> maxima_for_processor() {
  return &plain_maxima<T>;
}
#endif

}  // namespace

template <class T>
std::vector<ScanHit<T>> scan_classes(const ScoreTable<T>& table, T lowest) {
  static const BlockMaxima<T> kMaxima = maxima_for_processor<T>();
  std::vector<ScanHit<T>> hits;
  hits.reserve(std::min<std::size_t>(table.rows, 256));
  std::array<T, kScanBlock> best;
  for (std::size_t start = 0; start < table.rows; start += kScanBlock) {
    const std::size_t count = std::min(kScanBlock, table.rows - start);
    kMaxima(table, start, count, best.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (!(best[i] >= lowest)) {
        continue;
      }
      const T* const scores = table.scores + (start + i) * table.row_stride;
      const std::size_t index = first_class_of(scores, table.classes, table.class_stride, best[i]);
      hits.push_back({start + i, static_cast<int>(index), best[i]});
    }
  }
  return hits;
}

template <class T>
ScanHit<T> best_of_row(const T* scores, std::size_t classes) {
  const T best = row_maximum(scores, classes);
  const T* const found = std::find(scores, scores + classes, best);
  return {0, found == scores + classes ? -1 : static_cast<int>(found - scores), best};
}

template std::vector<ScanHit<float>> scan_classes(const ScoreTable<float>&, float);
template std::vector<ScanHit<std::uint8_t>> scan_classes(const ScoreTable<std::uint8_t>&,
                                                         std::uint8_t);
template std::vector<ScanHit<std::int8_t>> scan_classes(const ScoreTable<std::int8_t>&,
                                                        std::int8_t);
template ScanHit<float> best_of_row(const float*, std::size_t);
template ScanHit<std::uint8_t> best_of_row(const std::uint8_t*, std::size_t);
template ScanHit<std::int8_t> best_of_row(const std::int8_t*, std::size_t);

}  // namespace arete::transform
