// One source of a pipeline's file. Part of parse_graph(). Threads: pure but for the guess of a
// kind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "document/node.hpp"
#include "pipeline/graph_spec.hpp"

namespace arete::pipeline {

/// `node` has the source's name as its key; it is a map, or a text that is the url alone.
[[nodiscard]] Result<SourceSpec> parse_source(io::Files& files, const document::Node& node,
                                              const io::Path& folder);

/// A path of the file as one from the program's folder: what has a scheme or is absolute stays.
[[nodiscard]] std::string path_from(const io::Path& folder, const std::string& text);

}  // namespace arete::pipeline
