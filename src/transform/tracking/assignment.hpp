// Who belongs to whom at the least total cost: optimal assignment of rows to columns, of any two
// counts, with pairs that are too dear never made.
// Sources: Kuhn 1955 and Munkres 1957; shortest augmenting paths with potentials as in Jonker and
// Volgenant 1987. O(n^3) in the size of the largest group of rows and columns that could be paired.
// Threads: a pure function. Deterministic: equal costs always give the same pairs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace arete::transform {

inline constexpr int kUnassigned = -1;

/// For each row its column or kUnassigned. `costs` is [rows, columns], row-major. A pair above
/// `limit` or not finite is never made; leaving a row and a column alone costs `limit`, so what is
/// least is the sum of (cost - limit) over all pairs.
[[nodiscard]] std::vector<int> assign(std::span<const double> costs, std::size_t rows,
                                      std::size_t columns, double limit);

}  // namespace arete::transform
