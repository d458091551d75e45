// arete: the engineer's program. Parses arguments, runs one verb, maps its Result to an exit code.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "commands.hpp"
#include "usage.hpp"

namespace arete::app {
namespace {

constexpr const char* kVersion = "arete 0.1.0";

struct GeneralOptions {
  std::string output = "text";
  std::string log = "warning";
};

void add_general_options(CLI::App& parser, GeneralOptions& options) {
  parser
      .add_option("--output", options.output,
                  "What to print: text (default), or JSON Lines for scripts")
      ->type_name("text|json")
      ->check(one_of({"text", "json"}));
  parser.add_option("--log", options.log, "Lowest level of log lines on stderr (default warning)")
      ->type_name("debug|info|warning|error|off")
      ->check(one_of({"debug", "info", "warning", "error", "off"}));
}

LogLevel log_level_of(const std::string& name) {
  return name == "debug"   ? LogLevel::kDebug
         : name == "info"  ? LogLevel::kInfo
         : name == "off"   ? LogLevel::kOff
         : name == "error" ? LogLevel::kError
                           : LogLevel::kWarning;
}

/// An exception here is one that no module could foresee; it still is answered in the form asked.
ExitCode run_verb(const Command& command, Output& output) {
  try {
    return command.run(output);
  } catch (const std::bad_alloc&) {
    output.error(Error(ErrorCode::kNoSpace, "out of memory"));
  } catch (const std::exception& error) {
    output.error(Error(ErrorCode::kInternal, error.what()));
  }
  return kFailed;
}

/// What CLI11 prints itself: --help and --version.
int print_asked(const CLI::App& app, const CLI::ParseError& asked) {
  const int code = app.exit(asked);
  std::cout.flush();
  return std::cout ? code : kFailed;
}

int parse_and_run(int argc, char** argv) {
  CLI::App app("Open, convert and run machine-learning models on edge devices.", "arete");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  arete inspect model.tflite\n"
      "  arete convert model.tflite -o model.onnx\n"
      "  arete run model.onnx --input pictures/ --draw out/\n"
      "  arete bench model.tflite --threads 1,2\n"
      "Each verb has its own --help. Exit codes: 0 ok, 1 failed, 2 usage, 3 unmet gate.");
  const std::vector<Command> commands = {inspect_command(app),  convert_command(app),
                                         run_command(app),      bench_command(app),
                                         backends_command(app), bench_worker_command(app)};
  GeneralOptions options;
  for (const Command& command : commands) {
    add_general_options(*command.parser, options);
  }
  Output output;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return print_asked(app, error);
    }
    output.set_form(asks_for_json(argc, argv) ? OutputForm::kJson : OutputForm::kText);
    output.usage_error(usage_message(app, error));
    return kUsage;
  }
  output.set_form(options.output == "json" ? OutputForm::kJson : OutputForm::kText);
  configure_log(log_level_of(options.log), output.json() ? LogFormat::kJson : LogFormat::kText);
  for (const Command& command : commands) {
    if (command.parser->parsed()) {
      return output.finish(run_verb(command, output));
    }
  }
  return kUsage;
}

}  // namespace
}  // namespace arete::app

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of writing, not our death
  try {
    return arete::app::parse_and_run(argc, argv);
  } catch (const std::exception& error) {  // the last resort: even the parser failed
    std::fprintf(stderr, "arete: %s\n", error.what());
    return arete::app::kFailed;
  }
}
