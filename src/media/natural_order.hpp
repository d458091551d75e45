// The order in which a person expects files: "frame2" before "frame10". Bytes otherwise; not a
// language's collation. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace arete::media {

/// A strict weak (in fact total) order of strings: runs of digits compare as numbers.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

}  // namespace arete::media
