// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pipeline.hpp"

#include <utility>

#include "pipeline/graph.hpp"

namespace arete::pipeline {

Pipeline::Pipeline(std::unique_ptr<Graph> graph) : graph_(std::move(graph)) {}
Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::create(GraphSpec spec, const Environment& environment,
                                                   PipelineHooks hooks,
                                                   const PipelineOptions& options) {
  ARETE_TRY_ASSIGN(std::unique_ptr<Graph> graph,
                   Graph::create(std::move(spec), environment, std::move(hooks), options));
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(graph)));
}

Result<PipelineReport> Pipeline::run() { return graph_->run(); }
void Pipeline::stop() { graph_->stop(); }

Result<SwapReport> Pipeline::swap_model(const ModelSettings& settings, const SwapOptions& options) {
  return graph_->swap_model(settings, options);
}

const GraphSpec& Pipeline::spec() const { return graph_->spec(); }
Ledger& Pipeline::ledger() { return graph_->ledger(); }
const Ledger& Pipeline::ledger() const { return graph_->ledger(); }
std::vector<ModelIdentity> Pipeline::models() const { return graph_->models(); }

}  // namespace arete::pipeline
