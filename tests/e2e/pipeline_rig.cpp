// SPDX-License-Identifier: Apache-2.0
#include "pipeline_rig.hpp"

#include <signal.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "document/parse.hpp"
#include "media/media_plugin.hpp"

namespace arete::e2e {
namespace {

/// The inner shell becomes the program after it has told its number; the outer one tells how it
/// ended.
constexpr const char* kScript =
    R"(sh -c 'echo "pid $$"; exec "$0" "$@" 2>&1' "$0" "$@"; echo "exit $?")";

std::optional<int> number_behind(std::string_view line, std::string_view word) {
  int number = 0;
  if (!line.starts_with(word)) {
    return std::nullopt;
  }
  line.remove_prefix(word.size());
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  return error == std::errc{} && end == line.data() + line.size() ? std::optional(number)
                                                                  : std::nullopt;
}

io::Path demo_folder() {
  const char* const deps = std::getenv("ARETE_DEPS");
  return io::Path(deps == nullptr ? "out/deps" : deps) / "demo";
}

}  // namespace

std::optional<RunningProgram> RunningProgram::start(const io::Path& folder,
                                                    std::vector<std::string> arguments,
                                                    const Environment& environment) {
  io::ProcessRequest request;
  request.program = "/bin/sh";
  request.arguments = {"-c", kScript, ARETE_PROGRAM};
  request.arguments.insert(request.arguments.end(), arguments.begin(), arguments.end());
  request.arguments.insert(request.arguments.end(), {"--output", "json"});
  request.folder = folder;
  request.environment = environment;
  request.environment.emplace_back("ARETE_SPECS", "");
  auto child = io::Child::start(request);
  if (!child) {
    ADD_FAILURE() << child.error().message();
    return std::nullopt;
  }
  const auto line = child->read_line(kPatience);
  const auto pid = number_behind(line ? *line : "", "pid ");
  if (!pid) {
    ADD_FAILURE() << "the shell said nothing";
    return std::nullopt;
  }
  return RunningProgram(std::move(child).value(), *pid);
}

std::optional<document::Node> RunningProgram::next() {
  const auto line = child_.read_line(kPatience);
  if (!line) {
    ADD_FAILURE() << line.error().message();
    return std::nullopt;
  }
  if (const auto code = number_behind(*line, "exit ")) {
    exit_code_ = *code;
    return std::nullopt;
  }
  auto node = document::parse_json(*line, "output");
  if (!node) {
    ADD_FAILURE() << *line;
    return std::nullopt;
  }
  return std::move(*node);
}

std::optional<document::Node> RunningProgram::next_such(
    std::string_view what, const std::function<bool(const document::Node&)>& wanted) {
  while (auto line = next()) {
    if (wanted(*line)) {
      return line;
    }
  }
  ADD_FAILURE() << "ended without " << what;
  return std::nullopt;
}

void RunningProgram::signal(int number) const { ASSERT_EQ(::kill(pid_, number), 0); }

bool is_frame(const document::Node& line) { return line.find("detections") != nullptr; }

bool is_logged(const document::Node& line, std::string_view event) {
  const document::Node* const name = line.find("event");
  return line.find("level") != nullptr && name != nullptr && name->string() == event;
}

bool is_event(const document::Node& line) { return line.find("kind") != nullptr; }

document::Node summary_of(const std::vector<document::Node>& lines) {
  for (const document::Node& line : lines) {
    if (const document::Node* const summary = line.find("summary")) {
      return *summary;
    }
  }
  ADD_FAILURE() << "no summary";
  return document::Node::map();
}

document::Node source_of(const document::Node& summary) {
  const document::Node* const sources = summary.find("sources");
  if (sources == nullptr || sources->size() != 1) {
    ADD_FAILURE() << "not one source in the summary";
    return document::Node::map().set("packets", -1).set("errors", -1).set("reconnects", -1);
  }
  return sources->items()[0];
}

std::string demo_file(const std::string& name) {
  const io::Path file = demo_folder() / name;
  return std::filesystem::exists(file) ? file.string() : "";
}

std::string any_clip() {
  std::string cabin = demo_file("carphone_pristine.mp4");
  if (!cabin.empty()) {
    return cabin;
  }
  const io::Path bottles = io::Path(data_root()) / "data/video/bottle-detection.mp4";
  return !data_root().empty() && std::filesystem::exists(bottles) ? bottles.string() : "";
}

std::string reason_without_media() {
  const auto plugin = media::MediaPlugin::find();
  return plugin ? "" : plugin.error().message();
}

Environment PipelineTest::specs() {
  const char* const source = std::getenv("ARETE_SOURCE_DIR");
  return {{"ARETE_SPECS", std::string(source == nullptr ? "." : source) + "/tests/data/specs"}};
}

}  // namespace arete::e2e
