// The parts of a running pipeline and its threads. Internal: programs use pipeline.hpp.
// Threads: as Pipeline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/graph_node.hpp"
#include "pipeline/inbox.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/plan.hpp"
#include "pipeline/source_runner.hpp"

namespace arete::pipeline {

class Graph {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Graph>> create(GraphSpec spec,
                                                             const Environment& environment,
                                                             PipelineHooks hooks,
                                                             const PipelineOptions& options);
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  [[nodiscard]] Result<PipelineReport> run();
  void stop();
  [[nodiscard]] Result<SwapReport> swap_model(const ModelSettings& settings,
                                              const SwapOptions& options);

  [[nodiscard]] const GraphSpec& spec() const { return spec_; }
  [[nodiscard]] Ledger& ledger() { return *ledger_; }
  [[nodiscard]] std::vector<ModelIdentity> models() const;

 private:
  Graph(GraphSpec spec, const Environment& environment)
      : spec_(std::move(spec)), environment_(environment) {}

  [[nodiscard]] Status load_models();
  [[nodiscard]] Result<ModelTypes> types_of(const std::string& model) const;
  void make_ledger();
  [[nodiscard]] Status make_nodes();
  [[nodiscard]] Result<std::unique_ptr<Element>> make_element(std::size_t position);
  void make_stages();
  [[nodiscard]] Target target_of(std::size_t element);
  void connect();
  [[nodiscard]] Status open_sources();
  void stage_loop(std::size_t stage);
  [[nodiscard]] PipelineReport report(Nanoseconds duration) const;

  GraphSpec spec_;
  Environment environment_;
  Plan plan_;
  std::map<std::string, std::unique_ptr<ModelSlot>> slots_;
  std::map<std::string, ModelTypes> types_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<GraphRun> run_;
  std::vector<std::unique_ptr<Inbox>> inboxes_;    ///< [stage]
  std::vector<std::unique_ptr<GraphNode>> nodes_;  ///< [element of the plan]
  std::vector<std::unique_ptr<SourceRunner>> sources_;
};

}  // namespace arete::pipeline
