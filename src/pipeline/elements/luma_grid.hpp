// A picture's brightness on a coarse grid, taken from some of its pixels: enough to see that
// something moved, and a fraction of the work of looking at all. Any pixel format.
// Threads: pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "tensor/picture.hpp"

namespace arete::pipeline {

struct LumaGrid {
  int columns = 0;
  int rows = 0;
  std::vector<float> cells;  ///< mean brightness 0..255, row-major

  [[nodiscard]] std::size_t size() const { return cells.size(); }
};

/// Pixels of a cell's side.
inline constexpr int kLumaCell = 16;

/// Every fourth row; cells at the right and lower border may be smaller. An empty grid for an empty
/// picture.
void measure_luma(const tensor::PictureView& picture, LumaGrid& grid);

}  // namespace arete::pipeline
