// Moves Transpose nodes towards the graph's outputs and cancels them. A layout-free operator
// (element by element, concat, pad, reduce, softmax, slice ...) is computed in the layout of its
// source instead; transposed constants are folded. What is left stands at the border, or before
// an operator that needs that very order (a reshape that mixes dimensions).
// Answers stay bit-equal: no operator changes what it computes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "model/ir/model.hpp"

namespace arete::model::layout {

/// Works on the main graph; values that subgraphs capture are given as they were.
[[nodiscard]] Result<Model> sink_transposes(Model model);

/// Number of Transpose nodes in the main graph.
[[nodiscard]] std::size_t transpose_count(const Model& model);

}  // namespace arete::model::layout
