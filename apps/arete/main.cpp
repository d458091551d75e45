// arete: the engineer's program. Parses arguments, runs one verb, maps its Result to an exit code.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <exception>
#include <map>
#include <vector>

#include "base/log.hpp"
#include "commands.hpp"

namespace arete::app {
namespace {

constexpr const char* kVersion = "arete 0.1.0";

int parse_and_run(int argc, char** argv) {
  CLI::App app("Open, convert and run machine-learning models on edge devices.", "arete");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  arete inspect model.tflite\n"
      "  arete convert model.tflite -o model.onnx\n"
      "  arete run model.onnx --input pictures/ --draw out/\n"
      "Each verb has its own --help. Exit codes: 0 ok, 1 failed, 2 usage, 3 unmet gate.");
  const std::vector<Command> commands = {inspect_command(app), convert_command(app),
                                         run_command(app), backends_command(app)};
  OutputForm form = OutputForm::kText;
  LogLevel level = LogLevel::kWarning;
  const std::map<std::string, OutputForm> forms = {{"text", OutputForm::kText},
                                                   {"json", OutputForm::kJson}};
  const std::map<std::string, LogLevel> levels = {{"debug", LogLevel::kDebug},
                                                  {"info", LogLevel::kInfo},
                                                  {"warning", LogLevel::kWarning},
                                                  {"error", LogLevel::kError},
                                                  {"off", LogLevel::kOff}};
  for (const Command& command : commands) {
    command.parser->add_option("--output", form, "What to print: text, or JSON Lines for scripts")
        ->transform(CLI::CheckedTransformer(forms).description("text|json"))
        ->default_str("text");
    command.parser->add_option("--log", level, "Lowest level of log lines on stderr")
        ->transform(CLI::CheckedTransformer(levels).description("debug|info|warning|error|off"))
        ->default_str("warning");
  }
  Output output;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return app.exit(error);  // --help, --version
    }
    output.set_form(form);
    output.usage_error(error.what());
    return kUsage;
  }
  output.set_form(form);
  configure_log(level, output.json() ? LogFormat::kJson : LogFormat::kText);
  for (const Command& command : commands) {
    if (command.parser->parsed()) {
      return command.run(output);
    }
  }
  return kUsage;
}

}  // namespace
}  // namespace arete::app

int main(int argc, char** argv) {
  try {
    return arete::app::parse_and_run(argc, argv);
  } catch (const std::exception& error) {  // out of memory and the like: the last resort
    std::fprintf(stderr, "arete: %s\n", error.what());
    return arete::app::kFailed;
  }
}
