// An errno as an Error with the code that tells the caller what to do. Not installed beyond io.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace arete::io {

[[nodiscard]] ErrorCode code_of_errno(int sys_errno);

/// "cannot open /a/b: No such file or directory"; takes errno as it stands.
[[nodiscard]] std::unexpected<Error> fail_errno(std::string_view action, std::string_view subject);
[[nodiscard]] std::unexpected<Error> fail_errno(std::string_view action, std::string_view subject,
                                                int sys_errno);

}  // namespace arete::io
