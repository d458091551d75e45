// The model files of the data folder for whole-model tests: which there are, seeded inputs in the
// range that each model wants, and the two that run them: ONNX Runtime without optimizations on
// the ONNX form, and the reference evaluator. Tests skip where data or engine are missing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/ir/model.hpp"
#include "model/reference/evaluator.hpp"
#include "runtime/registry.hpp"
#include "runtime/session.hpp"
#include "tensor/tensor.hpp"

namespace arete::conformance {

using Tensors = std::vector<tensor::Tensor>;

/// A file below models/; `name` is its stem with what tells it from others: "ad01_int8_tflite".
struct ModelFile {
  std::string path;
  std::string name;
};

/// Where models and sample data lie, if they are on this machine.
[[nodiscard]] std::filesystem::path data_folder();

/// Every .onnx and .tflite file, sorted by path; empty without data.
[[nodiscard]] std::vector<ModelFile> model_files();

/// As `arete convert` would read it.
[[nodiscard]] Result<model::Model> open_model(const ModelFile& file);

[[nodiscard]] bool is_tflite(const ModelFile& file);
/// The graph's inputs that are not initializers.
[[nodiscard]] std::vector<model::ValueId> fed_inputs(const model::Model& model);

/// For the inputs that a caller feeds. 8-bit inputs take their full range, float inputs what the
/// spec in tests/data/specs says (or -1..1), states their start. Equal for equal files.
[[nodiscard]] Result<Tensors> seeded_inputs(const model::Model& model, const ModelFile& file);

/// Empty if ONNX Runtime is there; else the reason.
[[nodiscard]] std::string engine_missing();

/// A session of ONNX Runtime with optimizations off.
[[nodiscard]] Result<std::unique_ptr<runtime::Session>> plain_session(SharedBytes onnx);
/// The same on the model as write_onnx() says it.
[[nodiscard]] Result<std::unique_ptr<runtime::Session>> plain_session(const model::Model& model);

[[nodiscard]] Result<Tensors> run_session(runtime::Session& session, const Tensors& inputs);
/// All in one: load and run.
[[nodiscard]] Result<Tensors> run_engine(const model::Model& model, const Tensors& inputs);

/// `inputs` are those of the fed inputs.
[[nodiscard]] Result<Tensors> run_evaluator(const model::Model& model, const Tensors& inputs,
                                            model::NodeObserver observer = {});

/// How far two answers are apart.
struct Difference {
  double relative = 0;        ///< max|a-b| / max|a|, of floats
  double steps = 0;           ///< max|a-b|, of integers
  std::size_t elements = 0;   ///< compared
  std::size_t different = 0;  ///< not equal
  void merge(const Difference& other);
  [[nodiscard]] double exact_share() const;
};
/// kInvalid if dtype or shape differ. NaN equals NaN.
[[nodiscard]] Result<Difference> difference(const tensor::Tensor& a, const tensor::Tensor& b);
/// Of all outputs together.
[[nodiscard]] Result<Difference> difference(const Tensors& a, const Tensors& b);

}  // namespace arete::conformance
