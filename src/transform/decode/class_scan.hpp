// Finds the predictions of a detector whose best class reaches a threshold: the loop over all of a
// detector's scores, so it is written for wide registers and takes whatever the processor has.
// The best class is the first of equals; NaN never wins. Internal to transform.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace arete::transform {

template <class T>
struct ScanHit {
  std::size_t row = 0;  ///< the prediction
  int index = 0;        ///< its best class
  T score = {};         ///< as stored
};

/// Where the scores of `classes` classes of `rows` predictions lie.
template <class T>
struct ScoreTable {
  const T* scores = nullptr;  ///< of prediction 0 and class 0
  std::size_t rows = 0;
  std::size_t classes = 0;
  std::size_t row_stride = 0;    ///< elements; one of the two strides is 1
  std::size_t class_stride = 0;  ///< elements
};

/// In the order of the predictions. T is float, std::uint8_t or std::int8_t.
template <class T>
[[nodiscard]] std::vector<ScanHit<T>> scan_classes(const ScoreTable<T>& table, T lowest);

/// The best class of one prediction whose scores lie side by side; index -1 if none is a number
/// above minus infinity.
template <class T>
[[nodiscard]] ScanHit<T> best_of_row(const T* scores, std::size_t classes);

}  // namespace arete::transform
