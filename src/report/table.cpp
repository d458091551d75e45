// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include <algorithm>
#include <utility>

#include "base/result.hpp"

namespace arete::report {
namespace {

void trim_right(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

void append_cell(std::string& line, std::string_view cell, std::size_t width, Align align) {
  const std::string padding(width - display_width(cell), ' ');
  line += align == Align::kRight ? padding : "";
  line += cell;
  line += align == Align::kRight ? "" : padding;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void Table::add_row(std::vector<std::string> cells) {
  ARETE_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) {
      width = std::max(width, display_width(row[i]));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string Table::text() const {
  const std::vector<std::size_t> width = widths();
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line += i == 0 ? "" : "  ";
      append_cell(line, cell_of(i), width[i], columns_[i].align);
    }
    trim_right(line);
    text += line + "\n";
  };
  add_line([&](std::size_t i) { return std::string_view(columns_[i].title); });
  std::string rule;
  for (std::size_t i = 0; i < width.size(); ++i) {
    rule += (i == 0 ? "" : "  ") + std::string(width[i], '-');
  }
  text += rule + "\n";
  for (const auto& row : rows_) {
    add_line([&](std::size_t i) { return std::string_view(row[i]); });
  }
  return text;
}

}  // namespace arete::report
