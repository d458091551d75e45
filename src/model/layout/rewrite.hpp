// How a layout-free operator is rewritten to another order of dimensions: the tables and attribute
// changes that sink_transposes.cpp uses. Each rule only describes; nothing is changed before all
// of a node's inputs are known to fit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "model/ir/model.hpp"
#include "model/layout/permute.hpp"

namespace arete::model::layout {

/// A node computed on its source's order: `perm` leads from there to the order of the file, that
/// is old_input = Transpose(new_input, perm).
struct Rewrite {
  Node node;                    ///< with new attributes; inputs and outputs still the old ones
  std::size_t data_inputs = 1;  ///< the first so many inputs change their order
  bool broadcasts = false;      ///< inputs of lower rank are aligned at the last dimension
  Permutation output_perm;      ///< old_output = Transpose(new_output, output_perm)
  /// Inputs replaced by new integer constants (axes, pads), by position.
  std::vector<std::pair<std::size_t, std::vector<std::int64_t>>> constants;
};

/// nullopt if the operator depends on the order of its dimensions or an attribute is unknown.
[[nodiscard]] std::optional<Rewrite> rewrite_for(const Model& model, const Node& node,
                                                 const Permutation& perm);

}  // namespace arete::model::layout
