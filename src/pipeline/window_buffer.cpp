// SPDX-License-Identifier: Apache-2.0
#include "pipeline/window_buffer.hpp"

#include <algorithm>

namespace arete::pipeline {

WindowBuffer::WindowBuffer(const WindowShape& shape) : shape_(shape) { clear(); }

void WindowBuffer::clear() {
  values_.assign(shape_.context * shape_.columns, 0);
  times_.clear();
  skip_ = 0;
}

void WindowBuffer::append(std::span<const float> rows, std::span<const Nanoseconds> times) {
  values_.insert(values_.end(), rows.begin(), rows.end());
  times_.insert(times_.end(), times.begin(), times.end());
}

std::optional<WindowBuffer::Window> WindowBuffer::next() {
  const std::size_t passed = std::min(skip_, times_.size());
  if (passed > 0) {
    times_.erase(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(passed));
    values_.erase(values_.begin(),
                  values_.begin() + static_cast<std::ptrdiff_t>(passed * shape_.columns));
    skip_ -= passed;
  }
  if (skip_ > 0 || times_.size() < shape_.length) {
    return std::nullopt;
  }
  Window window;
  const std::size_t numbers = (shape_.context + shape_.length) * shape_.columns;
  window.values.assign(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(numbers));
  window.start = times_.front();
  window.end = times_[shape_.length - 1];
  skip_ = shape_.hop;
  return window;
}

}  // namespace arete::pipeline
