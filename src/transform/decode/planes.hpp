// A grid of numbers with channels, wherever the channels lie: first ([1, c, h, w]) or last
// ([1, h, w, c]). Internal to transform.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "transform/real_values.hpp"

namespace arete::transform {

struct Planes {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
  std::size_t row_stride = 0;
  std::size_t column_stride = 0;
  std::size_t channel_stride = 0;

  [[nodiscard]] std::size_t at(std::size_t y, std::size_t x) const {
    return y * row_stride + x * column_stride;
  }
};

/// `channels` is what the decoder knows (0 = nothing). Where both ends would fit, a square grid
/// decides, then the smaller end. kInvalid with `expected` for another rank or an empty grid.
[[nodiscard]] Result<Planes> planes_of(const tensor::Shape& shape, std::size_t channels,
                                       std::string_view output, std::string_view expected);

}  // namespace arete::transform
