// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "convert/model_source.hpp"
#include "engine_options.hpp"
#include "evaluate/engine_check.hpp"
#include "shape_option.hpp"

namespace arete::app {
namespace {

document::Node status_node(const runtime::BackendStatus& status) {
  document::Node node = document::Node::map();
  node.set("schema", 1).set("name", status.info.name).set("version", status.info.version);
  node.set("engine_version", status.info.engine_version);
  node.set("status", status.available ? "ok" : "unavailable: " + status.reason);
  document::Node formats = document::Node::list();
  for (const std::string& format : status.info.formats) {
    formats.push(format);
  }
  document::Node options = document::Node::list();
  for (const runtime::OptionInfo& option : status.info.options) {
    document::Node entry = document::Node::map();
    entry.set("name", option.name).set("default", option.default_value);
    entry.set("values", option.values).set("doc", option.doc);
    options.push(std::move(entry));
  }
  return node.set("formats", std::move(formats)).set("options", std::move(options));
}

std::string status_text(const runtime::BackendStatus& status) {
  if (!status.available) {
    return fmt::format("{:<12} unavailable: {}\n", status.info.name, status.reason);
  }
  std::string text =
      fmt::format("{:<12} ok  {}  reads {}  {}\n", status.info.name, status.info.engine_version,
                  fmt::join(status.info.formats, ", "), status.info.description);
  for (const runtime::OptionInfo& option : status.info.options) {
    text += fmt::format("{:<12}     {}={}  ({})  {}\n", "", option.name, option.default_value,
                        option.values, option.doc);
  }
  return text;
}

ExitCode run_backends(Output& output) {
  const runtime::Registry registry = engines();
  for (const runtime::BackendStatus& status : registry.list()) {
    if (output.json()) {
      output.line(status_node(status));
    } else {
      output.text(status_text(status));
    }
  }
  return kOk;
}

struct CheckArguments {
  std::string model;
  std::vector<std::string> engines;
  std::vector<std::string> options;
  std::vector<std::string> shapes;
};

Result<std::vector<evaluate::EngineCheck>> check(const CheckArguments& arguments) {
  evaluate::CheckRequest request;
  request.model = arguments.model;
  request.engines = arguments.engines;
  ARETE_TRY_ASSIGN(request.options, parse_engine_options(arguments.options));
  ARETE_TRY_ASSIGN(request.shapes, parse_shapes(arguments.shapes));
  if (!request.model.empty()) {
    io::PosixFiles files;
    ARETE_TRY(convert::open_source(files, request.model));
  }
  return evaluate::check_engines(engines(), request, engine_rows());
}

ExitCode run_check(const CheckArguments& arguments, Output& output) {
  const auto checks = check(arguments);
  if (!checks) {
    output.error(checks.error());
    return exit_code_of(checks.error());
  }
  if (output.json()) {
    for (const evaluate::EngineCheck& check : *checks) {
      output.line(to_node(check));
    }
  } else {
    output.text(evaluate::to_text(*checks));
  }
  const bool has_failed = std::ranges::any_of(*checks, [](const evaluate::EngineCheck& check) {
    return check.status == evaluate::CheckStatus::kFailed;
  });
  return has_failed ? kFailed : kOk;
}

CLI::App* add_check(CLI::App& parser, CheckArguments& arguments) {
  CLI::App* check = parser.add_subcommand(
      "check", "Load and run a model on every engine and compare with the reference evaluator");
  check->fallthrough();  // --output belongs to the verb above
  check->add_option("MODEL", arguments.model, "ONNX or TFLite file; else a tiny one of our own");
  check->add_option("--engine", arguments.engines, "Only these engines")
      ->type_name("NAME,...")
      ->delimiter(',');
  add_engine_options(*check, arguments.options);
  check
      ->add_option("--shape", arguments.shapes,
                   "Extents of an input with unknown ones: NAME=1x3x224x224")
      ->type_name("NAME=SHAPE")
      ->allow_extra_args(false);
  check->footer(
      "Each engine runs in a process of its own: one that crashes or hangs is a finding.\n"
      "Exit code 1 if an engine that says it is available fails.\n"
      "Examples:\n"
      "  arete backends check\n"
      "  arete backends check model.tflite --engine litert,onnxruntime");
  return check;
}

}  // namespace

Command backends_command(CLI::App& app) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* parser =
      app.add_subcommand("backends", "List the engines of this machine and their options");
  CLI::App* check = add_check(*parser, *arguments);
  parser->footer(
      "Examples:\n  arete backends\n  arete backends --output json\n  arete backends check");
  return {parser, [arguments, check](Output& output) {
            return check->parsed() ? run_check(*arguments, output) : run_backends(output);
          }};
}

}  // namespace arete::app
