// SPDX-License-Identifier: Apache-2.0
#include "model/operators/function_body.hpp"

#include <algorithm>
#include <variant>
#include <vector>

namespace arete::model {
namespace {

void resolve_references(Graph& graph, const Function& function, const Node& call) {
  for (Node& node : graph.nodes) {
    for (auto at = node.attributes.begin(); at != node.attributes.end();) {
      const auto* reference = std::get_if<AttributeReference>(&at->second);
      if (reference == nullptr) {
        ++at;
        continue;
      }
      const auto given = call.attributes.find(reference->name);
      const auto fallback = function.attribute_defaults.find(reference->name);
      if (given != call.attributes.end()) {
        Attribute value = given->second;
        at->second = std::move(value);
        ++at;
      } else if (fallback != function.attribute_defaults.end()) {
        Attribute value = fallback->second;
        at->second = std::move(value);
        ++at;
      } else {
        at = node.attributes.erase(at);
      }
    }
    for (Graph* inner : subgraphs_of(node)) {
      resolve_references(*inner, function, call);
    }
  }
}

}  // namespace

const Function* find_function(const Model& model, const Node& node) {
  const auto found = std::ranges::find_if(model.functions, [&](const Function& function) {
    return function.name == node.op_type && function.domain == node.domain &&
           function.overload == node.overload;
  });
  return found == model.functions.end() ? nullptr : &*found;
}

Graph resolved_body(const Function& function, const Node& call) {
  Graph body = function.body;
  resolve_references(body, function, call);
  return body;
}

}  // namespace arete::model
