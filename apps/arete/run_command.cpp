// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "model_factory.hpp"
#include "pipeline/picture_run.hpp"
#include "pipeline/result_node.hpp"
#include "pipeline_run.hpp"
#include "report/progress.hpp"
#include "run_text.hpp"
#include "usage.hpp"

namespace arete::app {
namespace {

struct RunArguments {
  std::string model;
  std::vector<std::string> inputs;
  std::string engine;
  std::string spec;
  std::string draw;
  std::string cache;
  std::vector<std::string> options;
  std::vector<std::string> models;
  StreamOptions stream;
};

struct Prepared {
  pipeline::ModelRunner runner;
  pipeline::RunIdentity identity;
};

Result<pipeline::ModelSettings> model_settings(const RunArguments& arguments) {
  pipeline::ModelSettings settings;
  settings.name = "model";
  settings.file = arguments.model;
  settings.engine = arguments.engine.empty() ? "auto" : arguments.engine;
  settings.spec = arguments.spec;
  settings.cache = arguments.cache;
  ARETE_TRY(add_options(arguments.options, settings));
  return settings;
}

Result<Prepared> prepare(io::Files& files, const RunArguments& arguments) {
  ARETE_TRY_ASSIGN(const pipeline::ModelSettings settings, model_settings(arguments));
  ARETE_TRY_ASSIGN(pipeline::ModelParts parts, make_model(files, settings));
  ARETE_TRY_ASSIGN(
      pipeline::ModelRunner runner,
      pipeline::ModelRunner::create(std::move(parts.session), std::move(parts.spec), 1));
  return Prepared{std::move(runner), {parts.identity.engine, parts.identity.precision, 0}};
}

Result<std::vector<io::Path>> all_pictures(io::Files& files,
                                           const std::vector<std::string>& inputs) {
  std::vector<io::Path> pictures;
  for (const std::string& input : inputs) {
    ARETE_TRY_ASSIGN(const auto found, pipeline::pictures_of(files, input));
    pictures.insert(pictures.end(), found.begin(), found.end());
  }
  return pictures;
}

/// Highest resident memory of this process so far, bytes.
std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

Result<ExitCode> run_pictures_of(const RunArguments& arguments, Output& output) {
  io::PosixFiles files;
  SystemClock clock;
  ARETE_TRY_ASSIGN(const auto pictures, all_pictures(files, arguments.inputs));
  ARETE_TRY_ASSIGN(Prepared prepared, prepare(files, arguments));
  pipeline::RunOptions options;
  if (!arguments.draw.empty()) {
    options.draw_folder = arguments.draw;
  }
  options.stats = fmt::format("{} {}", prepared.identity.engine, prepared.identity.precision);
  auto progress = report::Progress::on_terminal(clock, "running", pictures.size());
  std::uint64_t done = 0;
  const auto on_frame = [&](const std::string&, Result<pipeline::FrameResult> frame) {
    progress.finish();  // what was found is printed above the bar
    if (!frame) {
      output.error(frame.error());
    } else if (output.json()) {
      output.line(to_node(*frame));
    } else {
      output.text(frame_text(*frame));
    }
    progress.update(++done);
    return output.is_read();
  };
  ARETE_TRY_ASSIGN(
      const pipeline::RunReport report,
      pipeline::run_pictures(files, clock, prepared.runner, pictures, options, on_frame));
  progress.finish();
  prepared.identity.peak_rss_bytes = peak_rss_bytes();
  if (output.json()) {
    output.line(to_node(report, prepared.identity));
  } else {
    output.text(report_text(report, prepared.identity, arguments.draw));
  }
  return report.failed == 0 ? kOk : kFailed;
}

Status refuse(bool given, std::string_view option, std::string_view why) {
  if (!given) {
    return {};
  }
  return fail_at(option, ErrorCode::kInvalid, "{} {}", option, why);
}

Result<ExitCode> run_file(const RunArguments& arguments, Output& output) {
  constexpr std::string_view kInFile = "is for a model; a pipeline's file says it itself";
  ARETE_TRY(refuse(!arguments.spec.empty(), "--spec", kInFile));
  ARETE_TRY(refuse(!arguments.draw.empty(), "--draw", kInFile));
  ARETE_TRY(refuse(!arguments.cache.empty(), "--cache", kInFile));
  const GraphChanges changes{arguments.inputs, arguments.models, arguments.options,
                             arguments.engine};
  return run_pipeline_file(arguments.model, changes, arguments.stream, output);
}

Result<ExitCode> run_model(const RunArguments& arguments, Output& output) {
  ARETE_TRY(refuse(!arguments.models.empty(), "--model", "is for pipelines"));
  if (arguments.inputs.empty()) {
    output.error(
        Error(ErrorCode::kInvalid, "--input is needed: what the model runs on").at("command line"));
    return kUsage;  // only a pipeline has inputs of its own
  }
  io::PosixFiles files;
  const auto streams = std::ranges::count_if(
      arguments.inputs, [&](const std::string& input) { return is_stream(files, input); });
  if (streams == 0) {
    const StreamOptions& stream = arguments.stream;
    constexpr std::string_view kStreams = "is for streams, not for single pictures";
    ARETE_TRY(refuse(!stream.record.empty(), "--record", kStreams));
    ARETE_TRY(refuse(!stream.replay.empty(), "--replay", kStreams));
    ARETE_TRY(refuse(!stream.trace.empty(), "--trace", kStreams));
    ARETE_TRY(refuse(!stream.metrics.empty(), "--metrics", kStreams));
    ARETE_TRY(refuse(!stream.plot.empty(), "--plot", kStreams));
    ARETE_TRY(refuse(!stream.print.empty(), "--print", kStreams));
    return run_pictures_of(arguments, output);
  }
  if (streams != static_cast<std::ptrdiff_t>(arguments.inputs.size())) {
    return fail_at("--input", ErrorCode::kInvalid,
                   "pictures and streams cannot be inputs of the same run");
  }
  ARETE_TRY_ASSIGN(pipeline::ModelSettings settings, model_settings(arguments));
  StreamOptions options = arguments.stream;
  options.print = options.print.empty() ? "results" : options.print;
  return run_streams({std::move(settings), arguments.inputs, arguments.draw}, options, output);
}

Result<ExitCode> run_all(const RunArguments& arguments, Output& output) {
  return is_pipeline_file(arguments.model) ? run_file(arguments, output)
                                           : run_model(arguments, output);
}

ExitCode run_run(const RunArguments& arguments, Output& output) {
  const auto code = run_all(arguments, output);
  if (!code) {
    output.error(code.error());
    return exit_code_of(code.error());
  }
  return *code;
}

void add_model_options(CLI::App& parser, RunArguments& arguments) {
  parser
      .add_option("--engine", arguments.engine,
                  "One of `arete backends`, or auto (default) for the first that can run the file")
      ->type_name("NAME");
  parser
      .add_option("--spec", arguments.spec,
                  "What inputs and outputs mean; else the file MODEL.spec.yaml beside it, "
                  "the model's own metadata, or the folders in ARETE_SPECS")
      ->type_name("FILE");
  parser
      .add_option("--draw", arguments.draw,
                  "Folder for annotated copies and masks; of a clip or camera also a .mp4 file")
      ->type_name("FOLDER");
  parser
      .add_option("--option", arguments.options,
                  "An option of the engine (`arete backends` lists them); may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  parser.add_option("--cache", arguments.cache, "Folder where the engine may keep compiled forms")
      ->type_name("FOLDER");
}

void add_stream_options(CLI::App& parser, RunArguments& arguments) {
  StreamOptions& stream = arguments.stream;
  parser
      .add_option("--model", arguments.models,
                  "Another file for a model of the pipeline; may be repeated")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false);
  parser
      .add_option("--print", stream.print,
                  "What goes to standard output: events (default of a pipeline), results (default "
                  "of a model), none")
      ->type_name("WHAT")
      ->check(one_of({"events", "results", "none"}));
  parser
      .add_option("--record", stream.record,
                  "Folder for a recording: what came and what was decided")
      ->type_name("FOLDER");
  parser
      .add_option("--replay", stream.replay,
                  "Recording to run again; exit code 3 if something is decided otherwise")
      ->type_name("FOLDER")
      ->excludes("--record");
  parser
      .add_option("--trace", stream.trace,
                  "File for a trace of every step, for chrome://tracing or Perfetto")
      ->type_name("FILE");
  parser.add_option("--plot", stream.plot, "Picture of the steps' times")
      ->type_name("FILE.svg|png");
  parser
      .add_option("--metrics", stream.metrics,
                  "File for counters and times as Prometheus text, written every 5 s")
      ->type_name("FILE");
}

}  // namespace

Command run_command(CLI::App& app) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* parser =
      app.add_subcommand("run", "Run a model on pictures, clips, cameras or sound, or a pipeline");
  parser
      ->add_option("MODEL", arguments->model,
                   "ONNX or TFLite file, or a pipeline (.yaml, see docs/reference/pipeline.md)")
      ->required();
  parser
      ->add_option("--input", arguments->inputs,
                   "Pictures or folders of them, clips, rtsp:// addresses, /dev/video0, WAV or CSV "
                   "files; of a pipeline NAME=INPUT replaces a source")
      ->type_name("INPUT");
  add_model_options(*parser, *arguments);
  add_stream_options(*parser, *arguments);
  parser->footer(
      "Examples:\n"
      "  arete run model.tflite --input street.jpg\n"
      "  arete run model.onnx --input pictures/ --draw out/ --engine onnxruntime\n"
      "  arete run model.onnx --input clip.mp4 --draw annotated.mp4\n"
      "  arete run door.yaml --input cam=rtsp://camera/stream --output json");
  return {parser, [arguments](Output& output) { return run_run(*arguments, output); }};
}

}  // namespace arete::app
