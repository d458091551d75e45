// `arete run` on streams: a pipeline's file, or one that is made for a model and its inputs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "pipeline/graph_spec.hpp"

namespace arete::app {

struct StreamOptions {
  std::string record;   ///< folder; empty = none
  std::string replay;   ///< folder; empty = none
  std::string trace;    ///< file; empty = none
  std::string metrics;  ///< file, written every few seconds; empty = none
  std::string plot;     ///< file for a picture of the steps' times; empty = none
  std::string print;    ///< events, results or none; empty = events
};

/// What the command line changes in a pipeline's file.
struct GraphChanges {
  std::vector<std::string> inputs;   ///< NAME=URL, or URL where there is one source
  std::vector<std::string> models;   ///< NAME=FILE
  std::vector<std::string> options;  ///< NAME=VALUE, for the engines of all models
  std::string engine;                ///< of all models; empty = as the file says
};

/// A pipeline for a model: its inputs, the model, and a video or pictures if `draw` names where.
struct StreamRequest {
  pipeline::ModelSettings model;
  std::vector<std::string> inputs;
  std::string draw;
};

/// True if `path` is a pipeline's file by its name (.yaml, .yml).
[[nodiscard]] bool is_pipeline_file(const std::string& path);

/// True if an input is no picture and no folder of pictures.
[[nodiscard]] bool is_stream(io::Files& files, const std::string& input);

[[nodiscard]] Result<ExitCode> run_pipeline_file(const std::string& path,
                                                 const GraphChanges& changes,
                                                 const StreamOptions& options, Output& output);
[[nodiscard]] Result<ExitCode> run_streams(const StreamRequest& request,
                                           const StreamOptions& options, Output& output);

}  // namespace arete::app
