// Strong index types of the IR. A ValueId names a value of one Model, in whichever graph or
// subgraph it is used; kNoValue stands for an omitted optional input or output.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace arete::model {

enum class ValueId : std::uint32_t {};
inline constexpr ValueId kNoValue{std::numeric_limits<std::uint32_t>::max()};

[[nodiscard]] constexpr std::uint32_t index_of(ValueId id) {
  return static_cast<std::uint32_t>(id);
}

}  // namespace arete::model
