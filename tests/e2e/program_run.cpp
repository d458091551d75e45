// SPDX-License-Identifier: Apache-2.0
#include "program_run.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "document/parse.hpp"
#include "media/picture_codec.hpp"
#include "model/onnx/onnx.hpp"

namespace arete::e2e {
namespace {

std::string environment_value(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

Bytes plain_png(std::uint8_t red, std::uint8_t green) {
  tensor::Picture picture(tensor::PixelFormat::kRgb, 8, 6);
  for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
    picture.pixels[i] = red;
    picture.pixels[i + 1] = green;
  }
  return media::encode_png(picture.view()).value();
}

model::ValueId add_float(model::Model& model, const std::string& name,
                         std::optional<model::SymbolicShape> shape) {
  model::Value value;
  value.name = name;
  value.dtype = tensor::DType::kF32;
  value.shape = std::move(shape);
  return model.add_value(std::move(value));
}

model::Node node_of(const std::string& type, model::ValueId input, model::ValueId output) {
  model::Node node;
  node.op_type = type;
  node.inputs = {input};
  node.outputs = {output};
  return node;
}

Bytes mean_model(bool with_logarithm) {
  model::Model model;
  model.opset_imports[""] = 13;
  const auto image = add_float(model, "image", model::symbolic({1, 2, 2, 3}));
  const auto means = add_float(model, "means", model::symbolic({1, 3}));
  model::Node mean = node_of("ReduceMean", image, means);
  mean.attributes["axes"] = std::vector<std::int64_t>{1, 2};
  mean.attributes["keepdims"] = std::int64_t{0};
  model.graph.nodes.push_back(std::move(mean));
  model.graph.inputs = {image};
  model.graph.outputs = {means};
  if (with_logarithm) {
    const auto logs = add_float(model, "logs", model::symbolic({1, 3}));
    model.graph.nodes.push_back(node_of("Log", means, logs));
    model.graph.outputs = {logs};
  }
  return model::write_onnx(model).value();
}

Bytes batch_model() {
  model::Model model;
  model.opset_imports[""] = 13;
  const model::SymbolicShape shape = {model::Dim("batch"), model::Dim(), model::Dim(4)};
  const auto x = add_float(model, "x", shape);
  const auto y = add_float(model, "y", shape);
  model.graph.nodes.push_back(node_of("Relu", x, y));
  model.graph.inputs = {x};
  model.graph.outputs = {y};
  return model::write_onnx(model).value();
}

constexpr const char* kMeanSpec = R"(spec: 1
inputs:
  - {kind: image, range: [0, 1]}
outputs:
  - {decoder: top_k, k: 2, labels: [red, green, blue]}
)";
constexpr const char* kLogSpec = R"(spec: 1
inputs:
  - {kind: image, range: [0, 1]}
outputs:
  - {decoder: raw}
)";

}  // namespace

std::string data_root() {
  const std::string stated = environment_value("ARETE_DATA");
  const io::Path root =
      !stated.empty() ? io::Path(stated)
                      : io::Path(environment_value("ARETE_SOURCE_DIR")) / ".." / "shared" / "data";
  return std::filesystem::exists(root / "manifest.json") ? root.string() : "";
}

std::string spec_of(const std::string& name) {
  return environment_value("ARETE_SOURCE_DIR") + "/tests/data/specs/" + name + ".spec.yaml";
}

std::string keys_of(const document::Node& node) {
  std::string keys;
  for (const document::Node& child : node.items()) {
    keys += (keys.empty() ? "" : " ") + child.key();
  }
  return keys;
}

document::Node error_of(const ProgramOutcome& outcome) {
  for (const document::Node& line : outcome.lines) {
    if (const document::Node* error = line.find("error")) {
      EXPECT_EQ(keys_of(line), "schema error");
      EXPECT_EQ(keys_of(*error), "code message where");
      return *error;
    }
  }
  ADD_FAILURE() << "no error object in: " << outcome.output << outcome.errors;
  return document::Node::map().set("code", "").set("message", "").set("where", "");
}

void ProgramTest::SetUp() {
  std::string pattern = std::filesystem::temp_directory_path() / "arete_e2e_XXXXXX";
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
  ASSERT_TRUE(files_.create_directories(folder_ / "pictures"));
  ASSERT_TRUE(files_.write_atomic(folder_ / "mean.onnx", mean_model(false)));
  ASSERT_TRUE(files_.write_atomic(folder_ / "log.onnx", mean_model(true)));
  ASSERT_TRUE(files_.write_atomic(folder_ / "batch.onnx", batch_model()));
  write("mean.spec.yaml", kMeanSpec);
  write("log.spec.yaml", kLogSpec);
  ASSERT_TRUE(files_.write_atomic(folder_ / "red.png", plain_png(255, 51)));
  ASSERT_TRUE(files_.write_atomic(folder_ / "green.png", plain_png(0, 255)));
  ASSERT_TRUE(files_.write_atomic(folder_ / "black.png", plain_png(0, 0)));
  ASSERT_TRUE(files_.write_atomic(folder_ / "pictures/1.png", plain_png(200, 0)));
  ASSERT_TRUE(files_.write_atomic(folder_ / "pictures/2.png", plain_png(0, 200)));
}

void ProgramTest::TearDown() { std::filesystem::remove_all(folder_); }

void ProgramTest::write(const std::string& name, std::string_view text) {
  ASSERT_TRUE(files_.write_atomic(folder_ / name, as_bytes(text)));
}

ProgramOutcome ProgramTest::run(std::vector<std::string> arguments,
                                const Environment& environment) {
  io::ProcessRequest request;
  request.program = ARETE_PROGRAM;
  request.arguments = std::move(arguments);
  request.folder = folder_;
  request.environment = environment;
  request.environment.emplace_back("ARETE_SPECS", "");  // counts unless given: the first is found
  io::PosixProcesses processes;
  const auto outcome = processes.run(request);
  EXPECT_TRUE(outcome.has_value());
  if (!outcome) {
    return {};
  }
  EXPECT_EQ(outcome->signal, 0) << outcome->errors;
  return {outcome->exit_code, outcome->output, outcome->errors, {}};
}

ProgramOutcome ProgramTest::run_json(std::vector<std::string> arguments,
                                     const Environment& environment) {
  arguments.insert(arguments.end(), {"--output", "json"});
  ProgramOutcome outcome = run(std::move(arguments), environment);
  std::istringstream text(outcome.output);
  for (std::string line; std::getline(text, line);) {
    auto node = document::parse_json(line, "stdout");
    EXPECT_TRUE(node.has_value()) << line;
    if (!node) {
      return outcome;
    }
    const document::Node* schema = node->find("schema");
    EXPECT_TRUE(schema != nullptr && schema->integer() == 1) << line;
    outcome.lines.push_back(std::move(*node));
  }
  EXPECT_FALSE(outcome.lines.empty()) << outcome.errors;
  return outcome;
}

ProgramOutcome ProgramTest::shell(const std::string& line) {
  io::ProcessRequest request;
  request.program = "/bin/sh";
  request.arguments = {"-c", line};
  request.folder = folder_;
  request.environment = {{"ARETE", ARETE_PROGRAM}, {"ARETE_SPECS", ""}};
  io::PosixProcesses processes;
  const auto outcome = processes.run(request);
  EXPECT_TRUE(outcome.has_value());
  return outcome ? ProgramOutcome{outcome->exit_code, outcome->output, outcome->errors, {}}
                 : ProgramOutcome{};
}

}  // namespace arete::e2e
