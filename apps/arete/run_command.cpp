// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "convert/embedded_spec.hpp"
#include "convert/engine_model.hpp"
#include "pipeline/picture_run.hpp"
#include "pipeline/result_node.hpp"
#include "report/progress.hpp"
#include "run_text.hpp"
#include "spec/lookup.hpp"
#include "spec/resolve.hpp"

namespace arete::app {
namespace {

struct RunArguments {
  std::string model;
  std::vector<std::string> inputs;
  std::string engine = "auto";
  std::string spec;
  std::string draw;
  std::string cache;
  std::vector<std::string> options;
};

struct Prepared {
  pipeline::ModelRunner runner;
  pipeline::RunIdentity identity;
};

Result<runtime::LoadOptions> load_options(const RunArguments& arguments) {
  runtime::LoadOptions options;
  options.cache_dir = arguments.cache;
  for (const std::string& option : arguments.options) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos) {
      return fail_at("--option", ErrorCode::kInvalid, "--option '{}' is not of the form NAME=VALUE",
                     option);
    }
    options.options[option.substr(0, equals)] = option.substr(equals + 1);
  }
  return options;
}

Result<Prepared> prepare(io::Files& files, const RunArguments& arguments) {
  ARETE_TRY_ASSIGN(const auto options, load_options(arguments));
  ARETE_TRY_ASSIGN(const convert::ModelSource source, convert::open_source(files, arguments.model));
  spec::LookupRequest request;
  request.model = arguments.model;
  if (!arguments.spec.empty()) {
    request.given = arguments.spec;
  }
  ARETE_TRY_ASSIGN(request.metadata, convert::embedded_spec(source));
  request.spec_folders = spec::folders_from(std::getenv("ARETE_SPECS"));
  ARETE_TRY_ASSIGN(const spec::Spec spec, spec::lookup(files, request));
  ARETE_TRY_ASSIGN(convert::LoadedModel loaded,
                   convert::load_model(engines(), source, arguments.engine, options));
  ARETE_TRY_ASSIGN(
      spec::ResolvedSpec resolved,
      spec::resolve(spec, pipeline::facts_of(loaded.inputs), pipeline::facts_of(loaded.outputs)));
  ARETE_TRY_ASSIGN(pipeline::ModelRunner runner,
                   pipeline::ModelRunner::create(std::move(loaded.session), std::move(resolved)));
  return Prepared{std::move(runner), {loaded.engine, loaded.precision, 0}};
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

Result<ExitCode> run_all(const RunArguments& arguments, Output& output) {
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

ExitCode run_run(const RunArguments& arguments, Output& output) {
  const auto code = run_all(arguments, output);
  if (!code) {
    output.error(code.error());
    return exit_code_of(code.error());
  }
  return *code;
}

}  // namespace

Command run_command(CLI::App& app) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* parser = app.add_subcommand("run", "Run a model on pictures and say what it found");
  parser->add_option("MODEL", arguments->model, "ONNX or TFLite file")->required();
  parser->add_option("--input", arguments->inputs, "Pictures (JPEG, PNG, BMP) or folders of them")
      ->required();
  parser
      ->add_option("--engine", arguments->engine,
                   "One of `arete backends`, or auto (default) for the first that can run the file")
      ->type_name("NAME");
  parser
      ->add_option("--spec", arguments->spec,
                   "What inputs and outputs mean; else the file MODEL.spec.yaml beside it, "
                   "the model's own metadata, or the folders in ARETE_SPECS")
      ->type_name("FILE");
  parser->add_option("--draw", arguments->draw, "Folder for annotated copies and masks")
      ->type_name("FOLDER");
  parser
      ->add_option("--option", arguments->options,
                   "An option of the engine (`arete backends` lists them); may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  parser->add_option("--cache", arguments->cache, "Folder where the engine may keep compiled forms")
      ->type_name("FOLDER");
  parser->footer(
      "Examples:\n"
      "  arete run model.tflite --input street.jpg\n"
      "  arete run model.onnx --input pictures/ --draw out/ --engine onnxruntime\n"
      "  arete run model.onnx --input a.png --option intra_op_threads=2 --output json");
  return {parser, [arguments](Output& output) { return run_run(*arguments, output); }};
}

}  // namespace arete::app
