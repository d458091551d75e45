// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace arete::detail {

void check_failed(const char* condition, const char* file, int line) {
  std::fputs(fmt::format("{}:{}: broken assumption: {}\n", file, line, condition).c_str(), stderr);
  std::abort();
}

}  // namespace arete::detail
