// Numbers as people read them: "4.2 MB", "12.5 M", "3.42 ms". For terminals only, never for
// scripts. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace arete::report {

/// Powers of 1000, three digits: "998 B", "1.24 kB", "4.19 MB".
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);
/// "998", "12.5 k", "3.21 M", "1.20 G".
[[nodiscard]] std::string human_count(std::uint64_t count);
/// "870 us", "3.42 ms", "12.1 s", "2 min 05 s".
[[nodiscard]] std::string human_duration(Nanoseconds duration);

}  // namespace arete::report
