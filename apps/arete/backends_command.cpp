// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <string>

#include "commands.hpp"

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

}  // namespace

Command backends_command(CLI::App& app) {
  CLI::App* parser =
      app.add_subcommand("backends", "List the engines of this machine and their options");
  parser->footer("Examples:\n  arete backends\n  arete backends --output json");
  return {parser, run_backends};
}

}  // namespace arete::app
