// The verbs of `arete`. Each function adds its subcommand to the parser and returns what to run
// when the user has chosen it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "exit_code.hpp"
#include "output.hpp"

namespace CLI {
class App;
}

namespace arete::app {

struct Command {
  CLI::App* parser = nullptr;
  std::function<ExitCode(Output&)> run;
};

[[nodiscard]] Command inspect_command(CLI::App& app);
[[nodiscard]] Command convert_command(CLI::App& app);
[[nodiscard]] Command run_command(CLI::App& app);
[[nodiscard]] Command backends_command(CLI::App& app);
[[nodiscard]] Command bench_command(CLI::App& app);
/// Not for people: the process that holds one engine for `bench` and `backends check`.
[[nodiscard]] Command bench_worker_command(CLI::App& app);

}  // namespace arete::app
