// What holds in every turn of a loop: facts of variables that a body takes and gives back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

/// What is true of both; no constants.
[[nodiscard]] ShapeFacts common_facts(const ShapeFacts& a, const ShapeFacts& b);

/// Infers the body with inputs `fixed`, `variables`, `slices` until what goes into the variables
/// (outputs from `leading` on) is also what comes out; `variables` then says what holds in every
/// turn, first and last included. Gives the facts of the body's outputs.
[[nodiscard]] Result<std::vector<ShapeFacts>> infer_turns(ShapeContext& context, const Graph& body,
                                                          const std::vector<ShapeFacts>& fixed,
                                                          std::vector<ShapeFacts>& variables,
                                                          const std::vector<ShapeFacts>& slices,
                                                          std::size_t leading);

}  // namespace arete::model::operators
