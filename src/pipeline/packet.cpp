// SPDX-License-Identifier: Apache-2.0
#include "pipeline/packet.hpp"

#include <algorithm>
#include <utility>

namespace arete::pipeline {

std::string_view name_of(PacketType type) {
  switch (type) {
    case PacketType::kFrame:
      return "frame";
    case PacketType::kAudio:
      return "audio";
    case PacketType::kSeries:
      return "series";
    case PacketType::kTensor:
      return "tensor";
    case PacketType::kResult:
      return "result";
  }
  return "unknown";
}

const ElementResult* Packet::result_of(std::string_view element) const {
  if (element.empty()) {
    return results.empty() ? nullptr : results.back().get();
  }
  const auto found =
      std::ranges::find_if(results, [&](const auto& result) { return result->element == element; });
  return found == results.end() ? nullptr : found->get();
}

void Packet::set_result(ElementResult result) {
  const auto found = std::ranges::find_if(
      results, [&](const auto& other) { return other->element == result.element; });
  auto shared = std::make_shared<const ElementResult>(std::move(result));
  if (found == results.end()) {
    results.push_back(std::move(shared));
  } else {
    *found = std::move(shared);
  }
}

}  // namespace arete::pipeline
