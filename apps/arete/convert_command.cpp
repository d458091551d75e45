// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <string>

#include "commands.hpp"
#include "convert/convert_file.hpp"
#include "report/units.hpp"

namespace arete::app {
namespace {

struct ConvertArguments {
  std::string model;
  std::string output;
  convert::ConvertOptions options;
};

Result<convert::ConvertReport> convert_one(const ConvertArguments& arguments) {
  io::PosixFiles files;
  ARETE_TRY_ASSIGN(const convert::ModelSource source, convert::open_source(files, arguments.model));
  return convert::convert_file(files, source, arguments.output, arguments.options);
}

document::Node report_node(const ConvertArguments& arguments,
                           const convert::ConvertReport& report) {
  document::Node operators = document::Node::map();
  std::int64_t nodes = 0;
  for (const auto& [name, count] : report.operators) {
    operators.set(name, count);
    nodes += count;
  }
  document::Node warnings = document::Node::list();
  for (const std::string& warning : report.warnings) {
    warnings.push(warning);
  }
  document::Node node = document::Node::map();
  node.set("schema", 1).set("source", arguments.model).set("output", arguments.output);
  node.set("format", "onnx").set("bytes", report.bytes).set("nodes", nodes);
  return node.set("operators", std::move(operators)).set("warnings", std::move(warnings));
}

ExitCode run_convert(const ConvertArguments& arguments, Output& output) {
  const auto report = convert_one(arguments);
  if (!report) {
    output.error(report.error());
    return exit_code_of(report.error());
  }
  const document::Node node = report_node(arguments, *report);
  if (output.json()) {
    output.line(node);
  } else {
    output.text(fmt::format("{}: {} nodes, {}\n", arguments.output, node.find("nodes")->integer(),
                            report::human_bytes(report->bytes)));
    for (const std::string& warning : report->warnings) {
      output.text(fmt::format("warning: {}\n", warning));
    }
  }
  return kOk;
}

}  // namespace

Command convert_command(CLI::App& app) {
  auto arguments = std::make_shared<ConvertArguments>();
  CLI::App* parser = app.add_subcommand("convert", "Write a TFLite or ONNX model as ONNX");
  parser->add_option("MODEL", arguments->model, "The file to read")->required();
  parser->add_option("-o,--to", arguments->output, "The .onnx file to write")->required();
  parser->add_flag("--dequantize", arguments->options.dequantize,
                   "Write the float twin of a quantized model");
  parser->add_option("--external-data", arguments->options.external_name,
                     "Put large constants into a file of this name beside the output");
  parser->footer(
      "A file of another tool (PyTorch, Keras, SavedModel ...) is answered with the\n"
      "command that exports it.\n"
      "Examples:\n"
      "  arete convert model.tflite -o model.onnx\n"
      "  arete convert model_int8.tflite -o model_f32.onnx --dequantize");
  return {parser, [arguments](Output& output) { return run_convert(*arguments, output); }};
}

}  // namespace arete::app
