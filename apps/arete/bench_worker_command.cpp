// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <iostream>

#include "commands.hpp"
#include "engine_options.hpp"
#include "evaluate/bench_worker.hpp"

namespace arete::app {
namespace {

ExitCode run_bench_worker() {
  // What an engine prints must not get between the answers.
  std::FILE* const answers = ::fdopen(::dup(STDOUT_FILENO), "w");
  if (answers == nullptr || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    return kFailed;
  }
  evaluate::BenchWorker worker(engine_alone);
  const bool is_read = worker.serve(std::cin, answers);
  return std::fclose(answers) == 0 && is_read ? kOk : kFailed;
}

}  // namespace

Command bench_worker_command(CLI::App& app) {
  CLI::App* parser = app.add_subcommand(kBenchWorkerVerb, "Holds one engine for `arete bench`");
  parser->group("");  // hidden: nobody but this program speaks to it
  return {parser, [](Output&) { return run_bench_worker(); }};
}

}  // namespace arete::app
