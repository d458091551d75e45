// Cuts a stream of numbers into the windows that a model sees: so many rows, a hop apart, led by
// some rows of the window before. Internal to the module. Threads: serial. Errors: none. Ownership:
// a window is valid until the next call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"

namespace arete::pipeline {

struct WindowShape {
  std::size_t length = 0;   ///< rows, at least 1
  std::size_t hop = 0;      ///< rows, at least 1; more than length leaves rows out
  std::size_t context = 0;  ///< rows before the window that lead it; zeros at the start
  std::size_t columns = 1;  ///< numbers a row
};

class WindowBuffer {
 public:
  explicit WindowBuffer(const WindowShape& shape);

  struct Window {
    std::vector<float> values;  ///< [context + length, columns]
    Nanoseconds start{0};       ///< time of the first row behind the context
    Nanoseconds end{0};         ///< time of its last row
  };

  /// `rows` of `columns` numbers, and the time of each.
  void append(std::span<const float> rows, std::span<const Nanoseconds> times);
  /// The next whole window, if there is one.
  [[nodiscard]] std::optional<Window> next();
  void clear();

 private:
  WindowShape shape_;
  std::vector<float> values_;       ///< context, then what has not been passed yet
  std::vector<Nanoseconds> times_;  ///< of the rows behind the context
  std::size_t skip_ = 0;            ///< rows still to be left out
};

}  // namespace arete::pipeline
