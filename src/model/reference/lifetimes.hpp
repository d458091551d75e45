// Which values a graph may forget after each of its nodes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/ir/model.hpp"

namespace arete::model {

/// For each node, by position: the values of this graph (its inputs and what its nodes make) that
/// nothing reads afterwards. Reads of subgraphs count as reads of the node that holds them; the
/// graph's outputs are never in the list.
[[nodiscard]] std::vector<std::vector<ValueId>> last_uses(const Graph& graph);

}  // namespace arete::model
