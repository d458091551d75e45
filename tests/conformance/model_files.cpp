// SPDX-License-Identifier: Apache-2.0
#include "model_files.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <span>
#include <utility>

#include "io/files.hpp"
#include "model/onnx/onnx.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::conformance {
namespace {

namespace fs = std::filesystem;

const runtime::Registry& engines() {
  static const runtime::Registry registry = runtime::Registry::discover();
  return registry;
}

std::string test_name(const fs::path& path) {
  std::string name = path.filename().string();
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

fs::path data_folder() {
  const char* stated = std::getenv("ARETE_DATA");
  const char* source = std::getenv("ARETE_SOURCE_DIR");
  return stated != nullptr ? fs::path(stated)
                           : fs::path(source != nullptr ? source : ".") / ".." / "shared" / "data";
}

std::vector<ModelFile> model_files() {
  std::vector<ModelFile> files;
  std::error_code missing;
  for (const auto& entry : fs::recursive_directory_iterator(data_folder() / "models", missing)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".onnx" || path.extension() == ".tflite") {
      files.push_back({path.string(), test_name(path)});
    }
  }
  std::ranges::sort(files, {}, &ModelFile::path);
  return files;
}

Result<model::Model> open_model(const ModelFile& file) {
  if (!is_tflite(file)) {
    return model::read_onnx_file(file.path);
  }
  io::PosixFiles files;
  ARETE_TRY_ASSIGN(SharedBytes bytes, files.map(file.path));
  return model::read_tflite(std::move(bytes));
}

bool is_tflite(const ModelFile& file) { return file.path.ends_with(".tflite"); }

std::vector<model::ValueId> fed_inputs(const model::Model& model) {
  std::vector<model::ValueId> fed;
  std::ranges::copy_if(model.graph.inputs, std::back_inserter(fed),
                       [&](model::ValueId id) { return !model.value(id).constant.has_value(); });
  return fed;
}

std::string engine_missing() {
  const auto found = engines().find("onnxruntime");
  return found ? "" : found.error().message();
}

Result<std::unique_ptr<runtime::Session>> plain_session(SharedBytes onnx) {
  ARETE_TRY_ASSIGN(const auto backend, engines().find("onnxruntime"));
  runtime::LoadOptions options;
  options.options["optimization"] = "none";
  return backend->load({"onnx", "", std::move(onnx)}, options);
}

Result<std::unique_ptr<runtime::Session>> plain_session(const model::Model& model) {
  ARETE_TRY_ASSIGN(Bytes written, model::write_onnx(model), "writing ONNX");
  return plain_session(SharedBytes(std::move(written)));
}

Result<Tensors> run_session(runtime::Session& session, const Tensors& inputs) {
  std::vector<tensor::TensorView> views;
  for (const tensor::Tensor& input : inputs) {
    views.push_back(runtime::view_of(input));
  }
  return session.run(views);
}

Result<Tensors> run_engine(const model::Model& model, const Tensors& inputs) {
  ARETE_TRY_ASSIGN(const auto session, plain_session(model));
  return run_session(*session, inputs);
}

Result<Tensors> run_evaluator(const model::Model& model, const Tensors& inputs,
                              model::NodeObserver observer) {
  model::EvaluatorOptions options;
  options.observer = std::move(observer);
  ARETE_TRY_ASSIGN(auto evaluator, model::Evaluator::create(model, std::move(options)));
  std::vector<model::Datum> data(model.graph.inputs.size(), model::Datum{.present = false});
  std::size_t next = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (!model.value(model.graph.inputs[i]).constant) {
      data[i] = {.tensor = inputs.at(next++)};
    }
  }
  ARETE_TRY_ASSIGN(auto outputs, evaluator.run(std::move(data)));
  Tensors tensors;
  for (model::Datum& output : outputs) {
    tensors.push_back(std::move(output.tensor));
  }
  return tensors;
}

void Difference::merge(const Difference& other) {
  relative = std::max(relative, other.relative);
  steps = std::max(steps, other.steps);
  elements += other.elements;
  different += other.different;
}

double Difference::exact_share() const {
  return elements == 0 ? 1.0 : 1.0 - static_cast<double>(different) / static_cast<double>(elements);
}

Result<Difference> difference(const tensor::Tensor& a, const tensor::Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) {
    return fail(ErrorCode::kInvalid, "{}{} against {}{}", tensor::name_of(a.dtype()),
                a.shape().text(), tensor::name_of(b.dtype()), b.shape().text());
  }
  Difference found;
  found.elements = static_cast<std::size_t>(a.elements());
  double largest = 0;
  double apart = 0;
  for (std::int64_t i = 0; i < a.elements(); ++i) {
    const double x = a.number_at(i);
    const double y = b.number_at(i);
    largest = std::max(largest, std::isfinite(x) ? std::abs(x) : 0.0);
    if (!same_number(x, y)) {
      ++found.different;
      const double gap = std::abs(x - y);
      apart = std::isnan(gap) ? HUGE_VAL : std::max(apart, gap);
    }
  }
  (tensor::is_floating(a.dtype()) ? found.relative : found.steps) =
      tensor::is_floating(a.dtype()) && apart > 0 ? apart / largest : apart;
  return found;
}

Result<Difference> difference(const Tensors& a, const Tensors& b) {
  if (a.size() != b.size()) {
    return fail(ErrorCode::kInvalid, "{} outputs against {}", a.size(), b.size());
  }
  Difference all;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ARETE_TRY_ASSIGN(const Difference one, difference(a[i], b[i]), "output {}", i);
    all.merge(one);
  }
  return all;
}

}  // namespace arete::conformance
