// SPDX-License-Identifier: Apache-2.0
#include "model/operators/loop_facts.hpp"

#include "model/operators/rules.hpp"

namespace arete::model::operators {

ShapeFacts common_facts(const ShapeFacts& a, const ShapeFacts& b) {
  ShapeFacts shared;
  shared.kind = a.kind == b.kind ? a.kind : ValueKind::kOptional;
  shared.dtype = a.dtype == b.dtype ? a.dtype : tensor::DType::kUndefined;
  shared.shape = common(a.shape, b.shape);
  return shared;
}

Result<std::vector<ShapeFacts>> infer_turns(ShapeContext& context, const Graph& body,
                                            const std::vector<ShapeFacts>& fixed,
                                            std::vector<ShapeFacts>& variables,
                                            const std::vector<ShapeFacts>& slices,
                                            std::size_t leading) {
  for (ShapeFacts& variable : variables) {
    variable.constant = nullptr;
    variable.elements.reset();
  }
  // Each round only forgets, at most every extent and then the rank, so this ends.
  while (true) {
    std::vector<ShapeFacts> inputs = fixed;
    inputs.insert(inputs.end(), variables.begin(), variables.end());
    inputs.insert(inputs.end(), slices.begin(), slices.end());
    ARETE_TRY_ASSIGN(auto results, context.infer_subgraph(body, std::move(inputs)));
    bool settled = true;
    for (std::size_t i = 0; i < variables.size() && leading + i < results.size(); ++i) {
      ShapeFacts weaker = common_facts(variables[i], results[leading + i]);
      if (weaker.shape != variables[i].shape || weaker.dtype != variables[i].dtype ||
          weaker.kind != variables[i].kind) {
        settled = false;
        variables[i] = std::move(weaker);
      }
    }
    if (settled) {
      return results;
    }
  }
}

}  // namespace arete::model::operators
