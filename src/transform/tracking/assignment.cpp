// SPDX-License-Identifier: Apache-2.0
#include "transform/tracking/assignment.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace arete::transform {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// The least-cost matching of every row of a dense problem with rows <= columns.
class DenseAssignment {
 public:
  DenseAssignment(std::vector<double> costs, std::size_t rows, std::size_t columns)
      : costs_(std::move(costs)),
        rows_(rows),
        columns_(columns),
        row_potential_(rows, 0),
        column_potential_(columns, 0),
        row_of_(columns, kNone) {}

  /// The row of each column, kNone for those left over.
  [[nodiscard]] const std::vector<std::size_t>& solve() {
    for (std::size_t row = 0; row < rows_; ++row) {
      add_row(row);
    }
    return row_of_;
  }

 private:
  /// Finds the cheapest way to a free column for `row` and those it displaces.
  void add_row(std::size_t row) {
    distance_.assign(columns_, std::numeric_limits<double>::infinity());
    before_.assign(columns_, kNone);
    done_.assign(columns_, false);
    std::size_t last = kNone;
    std::size_t current = row;
    while (true) {
      relax(current, last);
      const std::size_t next = nearest_open();
      const double step = distance_[next];
      shift_potentials(row, step);
      last = next;
      done_[next] = true;
      if (row_of_[next] == kNone) {
        break;
      }
      current = row_of_[next];
    }
    while (true) {
      const std::size_t previous = before_[last];
      if (previous == kNone) {
        row_of_[last] = row;
        return;
      }
      row_of_[last] = row_of_[previous];
      last = previous;
    }
  }

  void relax(std::size_t row, std::size_t from) {
    const double* const line = costs_.data() + row * columns_;
    for (std::size_t column = 0; column < columns_; ++column) {
      if (done_[column]) {
        continue;
      }
      const double reduced = line[column] - row_potential_[row] - column_potential_[column];
      if (reduced < distance_[column]) {
        distance_[column] = reduced;
        before_[column] = from;
      }
    }
  }

  [[nodiscard]] std::size_t nearest_open() const {
    std::size_t best = kNone;
    for (std::size_t column = 0; column < columns_; ++column) {
      if (!done_[column] && (best == kNone || distance_[column] < distance_[best])) {
        best = column;
      }
    }
    return best;
  }

  /// Makes `step` the new zero: distances stay those of the reduced costs.
  void shift_potentials(std::size_t row, double step) {
    row_potential_[row] += step;
    for (std::size_t column = 0; column < columns_; ++column) {
      if (done_[column]) {
        row_potential_[row_of_[column]] += step;
        column_potential_[column] -= step;
      } else {
        distance_[column] -= step;
      }
    }
  }

  std::vector<double> costs_;
  std::size_t rows_;
  std::size_t columns_;
  std::vector<double> row_potential_;
  std::vector<double> column_potential_;
  std::vector<std::size_t> row_of_;
  std::vector<double> distance_;
  std::vector<std::size_t> before_;
  std::vector<bool> done_;
};

/// Rows and columns that allowed pairs connect. Most of a scene's objects are far from each other,
/// so these groups are small, and each can be solved alone.
struct AssignmentGroup {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> columns;
};

class AssignmentGroups {
 public:
  AssignmentGroups(std::span<const double> costs, std::size_t rows, std::size_t columns,
                   double limit)
      : costs_(costs), rows_(rows), columns_(columns), limit_(limit) {}

  [[nodiscard]] bool allowed(std::size_t row, std::size_t column) const {
    const double cost = costs_[row * columns_ + column];
    return std::isfinite(cost) && cost <= limit_;
  }

  [[nodiscard]] std::vector<AssignmentGroup> find() const {
    std::vector<AssignmentGroup> groups;
    std::vector<bool> row_seen(rows_, false);
    std::vector<bool> column_seen(columns_, false);
    for (std::size_t start = 0; start < rows_; ++start) {
      if (row_seen[start]) {
        continue;
      }
      row_seen[start] = true;
      AssignmentGroup group{{start}, {}};
      for (std::size_t next = 0; next < group.rows.size(); ++next) {
        reach(group, group.rows[next], row_seen, column_seen);
      }
      std::ranges::sort(group.rows);
      std::ranges::sort(group.columns);
      groups.push_back(std::move(group));
    }
    return groups;
  }

  /// What a pair adds; a pair that is not allowed adds as much as leaving both alone.
  [[nodiscard]] double cost(std::size_t row, std::size_t column) const {
    return allowed(row, column) ? costs_[row * columns_ + column] : limit_;
  }

 private:
  void reach(AssignmentGroup& group, std::size_t row, std::vector<bool>& row_seen,
             std::vector<bool>& column_seen) const {
    for (std::size_t column = 0; column < columns_; ++column) {
      if (column_seen[column] || !allowed(row, column)) {
        continue;
      }
      column_seen[column] = true;
      group.columns.push_back(column);
      for (std::size_t other = 0; other < rows_; ++other) {
        if (!row_seen[other] && allowed(other, column)) {
          row_seen[other] = true;
          group.rows.push_back(other);
        }
      }
    }
  }

  std::span<const double> costs_;
  std::size_t rows_;
  std::size_t columns_;
  double limit_;
};

void solve_group(const AssignmentGroups& groups, const AssignmentGroup& group,
                 std::vector<int>& column_of) {
  // The shorter side becomes the rows.
  const bool swapped = group.rows.size() > group.columns.size();
  const std::vector<std::size_t>& narrow = swapped ? group.columns : group.rows;
  const std::vector<std::size_t>& wide = swapped ? group.rows : group.columns;
  if (narrow.empty()) {
    return;
  }
  std::vector<double> costs;
  costs.reserve(narrow.size() * wide.size());
  for (const std::size_t a : narrow) {
    for (const std::size_t b : wide) {
      costs.push_back(swapped ? groups.cost(b, a) : groups.cost(a, b));
    }
  }
  DenseAssignment dense(std::move(costs), narrow.size(), wide.size());
  const std::vector<std::size_t>& narrow_of = dense.solve();
  for (std::size_t i = 0; i < wide.size(); ++i) {
    if (narrow_of[i] == kNone) {
      continue;
    }
    const std::size_t row = swapped ? wide[i] : narrow[narrow_of[i]];
    const std::size_t column = swapped ? narrow[narrow_of[i]] : wide[i];
    if (groups.allowed(row, column)) {
      column_of[row] = static_cast<int>(column);
    }
  }
}

}  // namespace

std::vector<int> assign(std::span<const double> costs, std::size_t rows, std::size_t columns,
                        double limit) {
  ARETE_CHECK(costs.size() == rows * columns);
  std::vector<int> column_of(rows, kUnassigned);
  const AssignmentGroups groups(costs, rows, columns, limit);
  for (const AssignmentGroup& group : groups.find()) {
    solve_group(groups, group, column_of);
  }
  return column_of;
}

}  // namespace arete::transform
