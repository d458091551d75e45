// The pipeline that a command line asks for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/files.hpp"
#include "pipeline/graph_spec.hpp"
#include "pipeline_run.hpp"

namespace arete::app {

/// Errors name the option.
[[nodiscard]] Status apply(io::Files& files, const GraphChanges& changes,
                           pipeline::GraphSpec& graph);

/// Sources, one infer, and draw with a writer if asked.
[[nodiscard]] Result<pipeline::GraphSpec> graph_for(io::Files& files, const StreamRequest& request);

}  // namespace arete::app
