// SPDX-License-Identifier: Apache-2.0
#include "model/reference/lifetimes.hpp"

#include <cstdint>
#include <unordered_map>

namespace arete::model {
namespace {

/// Moves the last use of what `node` and its subgraphs read to position `at`.
void mark_reads(const Node& node, std::size_t at,
                std::unordered_map<std::uint32_t, std::size_t>& last) {
  const auto mark = [&](ValueId id) {
    const auto own = last.find(index_of(id));
    if (own != last.end()) {
      own->second = at;
    }
  };
  for (const ValueId id : node.inputs) {
    mark(id);
  }
  for (const Graph* inner : subgraphs_of(node)) {
    for (const Node& child : inner->nodes) {
      mark_reads(child, at, last);
    }
    for (const ValueId id : inner->outputs) {
      mark(id);
    }
  }
}

}  // namespace

std::vector<std::vector<ValueId>> last_uses(const Graph& graph) {
  std::unordered_map<std::uint32_t, std::size_t> last;
  for (const ValueId id : graph.inputs) {
    last.emplace(index_of(id), 0);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    mark_reads(graph.nodes[i], i, last);
    for (const ValueId id : graph.nodes[i].outputs) {
      if (id != kNoValue) {
        last.emplace(index_of(id), i);
      }
    }
  }
  for (const ValueId id : graph.outputs) {
    last.erase(index_of(id));
  }
  std::vector<std::vector<ValueId>> freed(graph.nodes.size());
  for (const auto& [id, at] : last) {
    if (at < freed.size()) {
      freed[at].push_back(ValueId{id});
    }
  }
  return freed;
}

}  // namespace arete::model
