// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/result.hpp"
#include "document/utf8.hpp"

namespace arete::report {
namespace {

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

// From Unicode's East Asian Width property (W and F), the blocks that people meet.
constexpr std::array<CodeRange, 12> kWide{{{0x1100, 0x115F},
                                           {0x2E80, 0x303E},
                                           {0x3041, 0x33FF},
                                           {0x3400, 0x4DBF},
                                           {0x4E00, 0x9FFF},
                                           {0xA000, 0xA4CF},
                                           {0xAC00, 0xD7A3},
                                           {0xF900, 0xFAFF},
                                           {0xFE30, 0xFE6F},
                                           {0xFF00, 0xFF60},
                                           {0x1F300, 0x1FAFF},
                                           {0x20000, 0x3FFFD}}};
// Marks that sit on the letter before, and characters that take no room.
constexpr std::array<CodeRange, 7> kZero{{{0x0300, 0x036F},
                                          {0x1AB0, 0x1AFF},
                                          {0x1DC0, 0x1DFF},
                                          {0x200B, 0x200F},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F},
                                          {0xFE20, 0xFE2F}}};

template <std::size_t N>
bool within(const std::array<CodeRange, N>& ranges, std::uint32_t code) {
  return std::ranges::any_of(
      ranges, [code](const CodeRange& range) { return code >= range.first && code <= range.last; });
}

/// Bytes and columns of the first character; a broken byte counts as one column.
std::pair<std::size_t, std::size_t> first_character(std::string_view text) {
  const std::size_t length = document::utf8_length(text);
  if (length == 0) {
    return {1, 1};
  }
  const std::uint32_t code = document::utf8_code_point(text.substr(0, length));
  if (within(kZero, code)) {
    return {length, 0};
  }
  return {length, within(kWide, code) ? 2U : 1U};
}

std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

/// At most `widest` columns, the last of them "…" if something was cut.
std::string cut(std::string text, std::size_t widest) {
  if (widest == 0 || display_width(text) <= widest) {
    return text;
  }
  std::size_t bytes = 0;
  std::size_t columns = 0;
  while (bytes < text.size()) {
    const auto [length, width] = first_character(std::string_view(text).substr(bytes));
    if (columns + width > widest - 1) {
      break;
    }
    bytes += length;
    columns += width;
  }
  return text.substr(0, bytes) + "…";
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto [length, width] = first_character(text);
    columns += width;
    text.remove_prefix(length);
  }
  return columns;
}

void Table::add_row(std::vector<std::string> cells) {
  ARETE_CHECK(cells.size() <= columns_.size());
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = cut(printable(std::move(cells[i])), columns_[i].widest);
  }
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

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) const {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string gap(widths[i] - display_width(cells[i]), ' ');
    out += i > 0 ? "  " : "";
    out += columns_[i].align == Align::kRight ? gap + cells[i] : cells[i] + gap;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

std::string Table::text() const {
  const std::vector<std::size_t> all = widths();
  std::vector<std::string> titles;
  std::vector<std::string> rules;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    rules.emplace_back(all[i], '-');
  }
  std::string out = line(titles, all) + line(rules, all);
  for (const auto& row : rows_) {
    out += line(row, all);
  }
  return out;
}

}  // namespace arete::report
