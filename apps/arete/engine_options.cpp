// SPDX-License-Identifier: Apache-2.0
#include "engine_options.hpp"

#include <CLI/CLI.hpp>

namespace arete::app {

Result<EngineOptions> parse_engine_options(const std::vector<std::string>& options) {
  EngineOptions parsed;
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    const std::size_t dot = option.find('.');
    if (equals == std::string::npos || dot == std::string::npos || dot > equals || dot == 0) {
      return fail_at("--option", ErrorCode::kInvalid,
                     "--option '{}' is not of the form ENGINE.NAME=VALUE", option);
    }
    parsed[option.substr(0, dot)][option.substr(dot + 1, equals - dot - 1)] =
        option.substr(equals + 1);
  }
  return parsed;
}

void add_engine_options(CLI::App& parser, std::vector<std::string>& options) {
  parser
      .add_option("--option", options,
                  "An option of one engine (`arete backends` lists them); may be repeated")
      ->type_name("ENGINE.NAME=VALUE")
      ->allow_extra_args(false);
}

evaluate::RowFactory engine_rows() {
  return evaluate::engine_processes("/proc/self/exe", {kBenchWorkerVerb});
}

}  // namespace arete::app
