// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "convert/inspection.hpp"
#include "shape_option.hpp"

namespace arete::app {
namespace {

struct InspectArguments {
  std::vector<std::string> models;
  std::vector<std::string> shapes;
};

Result<convert::Inspection> inspect_one(const std::string& path,
                                        const std::vector<std::string>& shapes,
                                        const runtime::Registry& registry) {
  io::PosixFiles files;
  ARETE_TRY_ASSIGN(const auto input_shapes, parse_shapes(shapes));
  ARETE_TRY_ASSIGN(const convert::ModelSource source, convert::open_source(files, path));
  return convert::inspect(source, registry, input_shapes);
}

ExitCode run_inspect(const InspectArguments& arguments, Output& output) {
  const runtime::Registry registry = engines();
  ExitCode code = kOk;
  for (const std::string& path : arguments.models) {
    const auto inspection = inspect_one(path, arguments.shapes, registry);
    if (!inspection) {
      output.error(inspection.error());
      code = exit_code_of(inspection.error());
    } else if (output.json()) {
      output.line(to_node(*inspection));
    } else {
      output.text((&path == arguments.models.data() ? "" : "\n") + to_text(*inspection));
    }
  }
  return code;
}

}  // namespace

Command inspect_command(CLI::App& app) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App* parser = app.add_subcommand(
      "inspect", "Show what a model is: inputs, operators, size, cost, which engine can run it");
  parser->add_option("MODEL", arguments->models, "ONNX or TFLite files")->required();
  parser->add_option("--shape", arguments->shapes,
                     "Extents of an input with unknown ones: NAME=1x3x224x224");
  parser->footer(
      "Examples:\n"
      "  arete inspect model.tflite\n"
      "  arete inspect model.onnx --shape images=1x3x640x640\n"
      "  arete inspect --output json *.onnx");
  return {parser, [arguments](Output& output) { return run_inspect(*arguments, output); }};
}

}  // namespace arete::app
