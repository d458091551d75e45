// The one matrix product: a row-major matrix times a packed panel of kPanel columns. Convolutions
// and matrix products pack their right side panel by panel, so no unfolded picture is ever stored.
// Integers are computed as unsigned, where overflow wraps and is defined.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace arete::model::operators {

/// Columns of a panel; a constant so that the compiler keeps the sums in vector registers.
inline constexpr std::int64_t kPanel = 8;

/// Adds `rows` rows of a * panel to out: a is [rows, depth], panel [depth, kPanel].
template <int kRows, class T>
void add_panel_rows(const T* a, std::int64_t depth, const T* panel, T* out, std::int64_t out_stride,
                    std::int64_t columns) {
  std::array<std::array<T, kPanel>, kRows> sums{};
  for (std::int64_t k = 0; k < depth; ++k) {
    const T* right = panel + k * kPanel;
    for (int row = 0; row < kRows; ++row) {
      const T left = a[row * depth + k];
      for (std::size_t j = 0; j < kPanel; ++j) {
        sums[static_cast<std::size_t>(row)][j] += left * right[j];
      }
    }
  }
  for (int row = 0; row < kRows; ++row) {
    for (std::int64_t j = 0; j < columns; ++j) {
      out[row * out_stride + j] += sums[static_cast<std::size_t>(row)][static_cast<std::size_t>(j)];
    }
  }
}

/// out[row, 0..columns) += a[row, :] * panel[:, 0..columns) for all rows; columns <= kPanel.
template <class T>
void add_panel_product(const T* a, std::int64_t rows, std::int64_t depth, const T* panel, T* out,
                       std::int64_t out_stride, std::int64_t columns) {
  std::int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    add_panel_rows<4>(a + row * depth, depth, panel, out + row * out_stride, out_stride, columns);
  }
  for (; row < rows; ++row) {
    add_panel_rows<1>(a + row * depth, depth, panel, out + row * out_stride, out_stride, columns);
  }
}

/// out [rows, columns] += a [rows, depth] * b [depth, columns], all dense and row-major.
template <class T>
void add_matrix_product(const T* a, const T* b, T* out, std::int64_t rows, std::int64_t depth,
                        std::int64_t columns) {
  std::vector<T> panel(static_cast<std::size_t>(depth * kPanel));
  for (std::int64_t first = 0; first < columns; first += kPanel) {
    const std::int64_t width = columns - first < kPanel ? columns - first : kPanel;
    for (std::int64_t k = 0; k < depth; ++k) {
      for (std::int64_t j = 0; j < width; ++j) {
        panel[static_cast<std::size_t>(k * kPanel + j)] = b[k * columns + first + j];
      }
    }
    add_panel_product(a, rows, depth, panel.data(), out + first, columns, width);
  }
}

}  // namespace arete::model::operators
