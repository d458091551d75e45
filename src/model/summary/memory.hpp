// Peak memory of activations by their lifetimes. Not a planner: it places nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "model/ir/model.hpp"

namespace arete::model {

/// Largest sum of bytes alive while one node of the main graph runs: what it reads and makes, and
/// what a later node still needs. Inputs live from the start, outputs until the end; constants do
/// not count. A node with subgraphs adds their own peak. nullopt if a needed shape is unknown.
[[nodiscard]] std::optional<std::int64_t> peak_activation_bytes(const Model& model);

}  // namespace arete::model
