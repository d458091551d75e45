// Options for engines by name, ENGINE.NAME=VALUE, and the processes that `bench` and `backends
// check` run engines in.
// Threads: pure. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "evaluate/engine_row.hpp"

// The library's own name. NOLINTNEXTLINE(readability-identifier-naming)
namespace CLI {
class App;
}

namespace arete::app {

inline constexpr const char* kBenchWorkerVerb = "bench-worker";

using EngineOptions = std::map<std::string, std::map<std::string, std::string>>;

/// By engine; kInvalid for a text of another form.
[[nodiscard]] Result<EngineOptions> parse_engine_options(const std::vector<std::string>& options);

/// --option ENGINE.NAME=VALUE
void add_engine_options(CLI::App& parser, std::vector<std::string>& options);

/// This program again, with the hidden verb.
[[nodiscard]] evaluate::RowFactory engine_rows();

}  // namespace arete::app
