// SPDX-License-Identifier: Apache-2.0
#include "report/units.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <string_view>

namespace arete::report {
namespace {

/// Three significant digits, no exponent.
std::string three_digits(double value) {
  if (value < 9.995) {
    return fmt::format("{:.2f}", value);
  }
  return value < 99.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

std::string with_prefix(std::uint64_t value, std::string_view unit) {
  static constexpr std::array<std::string_view, 6> kPrefixes{"k", "M", "G", "T", "P", "E"};
  if (value < 1000) {
    return fmt::format("{}{}{}", value, unit.empty() ? "" : " ", unit);
  }
  double scaled = static_cast<double>(value) / 1000;
  std::size_t prefix = 0;
  while (scaled >= 999.5 && prefix + 1 < kPrefixes.size()) {
    scaled /= 1000;
    ++prefix;
  }
  return fmt::format("{} {}{}", three_digits(scaled), kPrefixes[prefix], unit);
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) { return with_prefix(bytes, "B"); }

std::string human_count(std::uint64_t count) { return with_prefix(count, ""); }

std::string human_duration(Nanoseconds duration) {
  const auto ns = static_cast<double>(duration.count());
  if (std::abs(ns) < 1e3) {
    return fmt::format("{} ns", duration.count());
  }
  if (std::abs(ns) < 999.5e3) {
    return three_digits(ns / 1e3) + " us";
  }
  if (std::abs(ns) < 999.5e6) {
    return three_digits(ns / 1e6) + " ms";
  }
  if (std::abs(ns) < 99.95e9) {
    return three_digits(ns / 1e9) + " s";
  }
  const auto seconds = std::chrono::round<std::chrono::seconds>(duration).count();
  if (seconds < 3600) {
    return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  }
  return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

}  // namespace arete::report
