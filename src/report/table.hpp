// A table of text with aligned columns. Widths count UTF-8 code points, which is right for all that
// we print. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace arete::report {

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell a column (checked).
  void add_row(std::vector<std::string> cells);
  /// Title line, a rule, the rows; every line ends in a newline, none in spaces.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths() const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Code points of UTF-8 text.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace arete::report
