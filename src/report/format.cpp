// SPDX-License-Identifier: Apache-2.0
#include "report/format.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace arete::report {
namespace {

/// The value scaled below 1000, with as many digits after the point as four significant ones need.
std::string scaled(double value, const std::array<std::string_view, 5>& units) {
  std::size_t unit = 0;
  while ((value >= 999.95 || value <= -999.95) && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  const double size = value < 0 ? -value : value;
  const int digits = size < 9.9995 ? 3 : (size < 99.995 ? 2 : 1);
  return fmt::format("{:.{}f} {}", value, digits, units[unit]);
}

}  // namespace

std::string format_count(std::int64_t count) {
  constexpr std::array<std::string_view, 5> kUnits = {"", "k", "M", "G", "T"};
  if (count > -10'000 && count < 10'000) {
    return fmt::format("{}", count);
  }
  return scaled(static_cast<double>(count), kUnits);
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) {
    return fmt::format("{} B", bytes);
  }
  return scaled(static_cast<double>(bytes), kUnits);
}

}  // namespace arete::report
