// SPDX-License-Identifier: Apache-2.0
#include "pipeline/element.hpp"

#include <utility>

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

Status Element::process_batch(std::vector<Packet> packets, Emitter& out) {
  for (Packet& packet : packets) {
    ARETE_TRY(process(std::move(packet), out));
  }
  return {};
}

}  // namespace arete::pipeline
