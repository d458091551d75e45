// SPDX-License-Identifier: Apache-2.0
#include "pipeline/element.hpp"

namespace arete::pipeline {

std::string_view name_of(Decision decision) {
  switch (decision) {
    case Decision::kPassed:
      return "passed";
    case Decision::kDropped:
      return "dropped";
    case Decision::kRefused:
      return "refused";
    case Decision::kGated:
      return "gated";
    case Decision::kRaised:
      return "raised";
    case Decision::kSuppressed:
      return "suppressed";
    case Decision::kFailed:
      return "failed";
    case Decision::kWritten:
      return "written";
  }
  return "unknown";
}

}  // namespace arete::pipeline
