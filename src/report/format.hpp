// Numbers as people read them: "12.5 M", "1.9 MB", "3.20 ms". Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace arete::report {

/// Below 10,000 all digits; else four significant ones with k, M, G, T (powers of 1000).
[[nodiscard]] std::string format_count(std::int64_t count);
/// Decimal units: "512 B", "1.88 MB".
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

}  // namespace arete::report
