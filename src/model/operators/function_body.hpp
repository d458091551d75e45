// The body of a model-local function as one call sees it: attribute references replaced by the
// caller's attributes or the function's defaults. Values keep the ids of the function's table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/ir/model.hpp"

namespace arete::model {

/// The function that a node calls; nullptr if it calls none.
[[nodiscard]] const Function* find_function(const Model& model, const Node& node);

/// A copy of the body for `call`. An attribute without value and default is left out.
[[nodiscard]] Graph resolved_body(const Function& function, const Node& call);

/// Calls may nest, but not without end: deeper is refused.
inline constexpr int kMaxNesting = 64;

}  // namespace arete::model
