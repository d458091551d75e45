// Upper and lower case of UTF-8 text, independent of the process's locale: ASCII, Latin-1, Greek
// and Cyrillic letters with a one-to-one partner; other characters stay.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace arete::model::operators {

[[nodiscard]] std::string to_lower(std::string_view utf8);
[[nodiscard]] std::string to_upper(std::string_view utf8);

}  // namespace arete::model::operators
