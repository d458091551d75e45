// From a model file to something that can be fed: spec looked up, engine chosen, the file converted
// where the engine needs it. Threads: free functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/files.hpp"
#include "pipeline/graph_spec.hpp"
#include "pipeline/model_slot.hpp"

namespace arete::app {

/// `options` of the form NAME=VALUE into `settings`.
[[nodiscard]] Status add_options(const std::vector<std::string>& options,
                                 pipeline::ModelSettings& settings);

/// Opens no other engines than it needs: each that is opened costs memory. Errors name the spec's
/// line, the model's place or the engine's reason.
[[nodiscard]] Result<pipeline::ModelParts> make_model(io::Files& files,
                                                      const pipeline::ModelSettings& settings);

}  // namespace arete::app
