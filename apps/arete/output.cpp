// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "convert/reference_backend.hpp"
#include "document/json_writer.hpp"
#include "runtime/known_engines.hpp"

namespace arete::app {
namespace {

document::Node error_node(std::string_view code, std::string_view message, std::string_view where) {
  document::Node error = document::Node::map();
  error.set("code", code).set("message", message).set("where", where);
  document::Node node = document::Node::map();
  return node.set("schema", 1).set("error", std::move(error));
}

}  // namespace

void Output::write(std::string_view text) {
  if (write_errno_ != 0) {
    return;
  }
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    write_errno_ = errno == 0 ? EIO : errno;
  }
}

void Output::line(const document::Node& node) { write(document::to_json(node) + "\n"); }

void Output::text(std::string_view text) { write(text); }

ExitCode Output::finish(ExitCode code) const {
  if (is_read()) {
    return code;
  }
  std::fputs(fmt::format("arete: cannot write to standard output: {}\n",
                         std::generic_category().message(write_errno_))
                 .c_str(),
             stderr);
  return kFailed;
}

void Output::error(const Error& error) {
  if (json()) {
    line(error_node(name_of(error.code()), error.message(), error.where()));
  } else {
    const std::string message = error.message();
    const bool is_named = error.where().empty() || message.find(error.where()) != std::string::npos;
    std::fputs(fmt::format("arete: {}\n{}", message,
                           is_named ? "" : fmt::format("  at {}\n", error.where()))
                   .c_str(),
               stderr);
  }
}

void Output::usage_error(std::string_view message) {
  if (json()) {
    line(error_node(name_of(ErrorCode::kInvalid), message, "command line"));
  } else {
    std::fputs(fmt::format("arete: {}\nRun with --help for the options.\n", message).c_str(),
               stderr);
  }
}

runtime::Registry engines() {
  runtime::DiscoverOptions options;
  for (const runtime::KnownEngine& engine : runtime::known_engines()) {
    options.expected.emplace_back(engine.name);
  }
  runtime::Registry registry = runtime::Registry::discover(options);
  registry.add(convert::reference_backend());
  return registry;
}

runtime::Registry engine_alone(std::string_view name) {
  runtime::DiscoverOptions options;
  options.only = {std::string(name)};
  options.expected = options.only;
  runtime::Registry registry = runtime::Registry::discover(options);
  if (name == convert::kReferenceName) {
    registry.add(convert::reference_backend());
  }
  return registry;
}

ExitCode exit_code_of(const Error& error) {
  return error.code() == ErrorCode::kGate ? kUnmetGate : kFailed;
}

}  // namespace arete::app
