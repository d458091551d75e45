// Runs a model in the reference evaluator, so that scripts can compare it with engines.
// usage: reference_run MODEL.onnx FOLDER
// Reads FOLDER/input_I.pb (TensorProto), writes FOLDER/output_I.bin (raw bytes) and prints a line
// "output I NAME DTYPE [SHAPE]" for each; a last line says how long the run took.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "model/onnx/datum_reader.hpp"
#include "model/onnx/onnx.hpp"
#include "model/operators/infer_shapes.hpp"
#include "model/reference/evaluator.hpp"

namespace {

namespace fs = std::filesystem;
using arete::Result;
using arete::Status;
using arete::model::Datum;
using arete::model::Model;

Result<Datum> read_input(const fs::path& path, const arete::model::Value& value) {
  if (!fs::exists(path)) {
    return Datum{.present = false};
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return arete::model::read_onnx_datum(arete::as_bytes(text), value.kind);
}

void write_output(const Model& model, const Datum& output, std::size_t i, const fs::path& folder) {
  const auto& tensor = output.tensor;
  std::ofstream file(folder / fmt::format("output_{}.bin", i), std::ios::binary);
  file.write(reinterpret_cast<const char*>(tensor.bytes().data()),
             static_cast<std::streamsize>(tensor.bytes().size()));
  fmt::print("output {} {} {} {}\n", i, model.value(model.graph.outputs[i]).name,
             arete::tensor::name_of(tensor.dtype()), tensor.shape().text());
}

Status run(const fs::path& path, const fs::path& folder) {
  ARETE_TRY_ASSIGN(Model model, arete::model::read_onnx_file(path));
  Model inferred = model;
  ARETE_TRY(arete::model::infer_shapes(inferred), "inferring shapes");
  std::vector<Datum> inputs;
  for (std::size_t i = 0; i < model.graph.inputs.size(); ++i) {
    ARETE_TRY_ASSIGN(inputs.emplace_back(), read_input(folder / fmt::format("input_{}.pb", i),
                                                       model.value(model.graph.inputs[i])));
  }
  ARETE_TRY_ASSIGN(auto evaluator, arete::model::Evaluator::create(model));
  const auto start = std::chrono::steady_clock::now();
  ARETE_TRY_ASSIGN(const auto outputs, evaluator.run(std::move(inputs)));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    write_output(model, outputs[i], i, folder);
  }
  fmt::print("seconds {:.3f}\n", elapsed.count());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: reference_run MODEL.onnx FOLDER\n");
    return 2;
  }
  const Status status = run(argv[1], argv[2]);
  if (!status) {
    fmt::print(stderr, "{}\n", status.error().message());
    return 1;
  }
  return 0;
}
