// A table of texts with aligned columns, for terminals. Not for scripts: those get JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace arete::report {

/// Columns a terminal uses for UTF-8 text: 0 for combining marks, 2 for wide scripts and emoji.
[[nodiscard]] std::size_t display_width(std::string_view text);

enum class Align : std::uint8_t { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
  std::size_t widest = 0;  ///< longer texts are cut with "…"; 0 = never
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Missing cells are empty; there must not be more cells than columns (checked).
  void add_row(std::vector<std::string> cells);
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }

  /// Title line, a rule, the rows; two spaces between columns; no trailing spaces. Line breaks and
  /// control characters in cells become spaces.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths() const;
  [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                 const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace arete::report
