// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "convert/model_source.hpp"
#include "engine_options.hpp"
#include "evaluate/bench_report.hpp"
#include "report/progress.hpp"
#include "shape_option.hpp"

namespace arete::app {
namespace {

struct BenchArguments {
  std::string model;
  std::vector<std::string> engines = {"all"};
  std::vector<int> threads = {1};
  int rounds = 11;
  std::vector<std::string> shapes;
  std::vector<std::string> options;
  std::string cache;
  std::string plot;
};

Result<evaluate::BenchReport> bench(const BenchArguments& arguments) {
  io::PosixFiles files;
  ARETE_TRY_ASSIGN(const auto source, convert::open_source(files, arguments.model));
  evaluate::PlanRequest request;
  request.engines = arguments.engines;
  request.threads = arguments.threads;
  request.format = source.format_name();
  ARETE_TRY_ASSIGN(request.options, parse_engine_options(arguments.options));
  ARETE_TRY_ASSIGN(const auto plans, evaluate::plan_rows(engines(), request));
  evaluate::BenchOptions options;
  options.model = arguments.model;
  options.cache_dir = arguments.cache;
  options.rounds = arguments.rounds;
  ARETE_TRY_ASSIGN(options.shapes, parse_shapes(arguments.shapes));
  if (!arguments.plot.empty()) {  // before the work, not after it
    ARETE_TRY(evaluate::plot_file({}, arguments.plot));
  }
  SystemClock clock;
  auto progress = report::Progress::on_terminal(
      clock, "measuring", plans.size() * (static_cast<std::uint64_t>(arguments.rounds) + 1));
  const auto on_step = [&progress](std::uint64_t done, std::uint64_t) { progress.update(done); };
  evaluate::BenchReport report = evaluate::run_benchmark(plans, options, engine_rows(), on_step);
  progress.finish();
  if (!arguments.plot.empty()) {
    ARETE_TRY_ASSIGN(const Bytes plot,
                     evaluate::plot_file(report::draw(evaluate::chart_of(report)), arguments.plot));
    ARETE_TRY(files.write_atomic(arguments.plot, plot));
  }
  return report;
}

ExitCode run_bench(const BenchArguments& arguments, Output& output) {
  const auto report = bench(arguments);
  if (!report) {
    output.error(report.error());
    return exit_code_of(report.error());
  }
  if (output.json()) {
    output.line(to_node(*report));
  } else {
    output.text(to_text(*report));
  }
  return report->any_ran() ? kOk : kFailed;
}

}  // namespace

Command bench_command(CLI::App& app) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* parser = app.add_subcommand(
      "bench", "Measure time, memory and agreement of a model on several engines");
  parser->add_option("MODEL", arguments->model, "ONNX or TFLite file")->required();
  parser
      ->add_option("--engine", arguments->engines,
                   "Engines of `arete backends`, or all (default) but the slow reference "
                   "evaluator, which is measured by name only")
      ->type_name("all|NAME,...")
      ->delimiter(',');
  parser->add_option("--threads", arguments->threads, "A row for each number (default 1)")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(CLI::Range(1, 256));
  parser->add_option("--rounds", arguments->rounds, "Rounds, in which the rows take turns (11)")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  parser
      ->add_option("--shape", arguments->shapes,
                   "Extents of an input with unknown ones: NAME=1x3x224x224")
      ->type_name("NAME=SHAPE")
      ->allow_extra_args(false);
  add_engine_options(*parser, arguments->options);
  parser->add_option("--cache", arguments->cache, "Folder where engines may keep compiled forms")
      ->type_name("FOLDER");
  parser->add_option("--plot", arguments->plot, "Picture of the times")->type_name("FILE.svg|png");
  parser->footer(
      "Each row is a process of its own, so that its memory and CPU time are its alone. Inputs\n"
      "are random, the same for all. Agreement and ratio are with the first row that ran.\n"
      "Examples:\n"
      "  arete bench model.tflite --threads 1,2\n"
      "  arete bench model.onnx --engine onnxruntime,openvino --plot times.svg\n"
      "  arete bench model.onnx --shape images=1x3x640x640 --output json");
  return {parser, [arguments](Output& output) { return run_bench(*arguments, output); }};
}

}  // namespace arete::app
