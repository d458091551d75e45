// SPDX-License-Identifier: Apache-2.0
#include "convert/reference_backend.hpp"

#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "convert/model_source.hpp"
#include "convert/tensor_info.hpp"
#include "model/operators/infer_shapes.hpp"
#include "model/reference/evaluator.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::convert {
namespace {

Result<std::shared_ptr<const model::Model>> read_supported(const runtime::ModelFile& file) {
  SharedBytes bytes = file.bytes;
  if (bytes.empty()) {
    io::PosixFiles files;
    ARETE_TRY_ASSIGN(bytes, files.map(file.path));
  }
  const auto format = model::looks_like_tflite(bytes.view()) ? model::FileFormat::kTflite
                                                             : model::FileFormat::kOnnx;
  ARETE_TRY_ASSIGN(auto model, ModelSource(file.path, format, bytes).model());
  ARETE_TRY(model::require_known_operators(*model));
  return model;
}

/// Dense bytes into a view that may be strided.
Status copy_into(const tensor::Tensor& from, const runtime::MutableTensorView& to,
                 std::string_view name) {
  if (to.dtype != from.dtype() || to.shape != from.shape()) {
    return fail(ErrorCode::kInvalid, "output '{}' is {}{}, its memory {}{}", name,
                tensor::name_of(from.dtype()), from.shape().text(), tensor::name_of(to.dtype),
                to.shape.text());
  }
  if (to.strides.empty()) {
    std::memcpy(to.data, from.bytes().data(), from.bytes().size());
    return {};
  }
  const std::size_t width = tensor::bytes_of(from.dtype(), 1);
  const std::vector<std::int64_t> steps = tensor::row_major_strides(from.shape());
  for (std::int64_t flat = 0; flat < from.elements(); ++flat) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < steps.size(); ++axis) {
      offset += (flat / steps[axis]) % from.shape()[axis] * to.strides[axis];
    }
    std::memcpy(to.data + offset, from.bytes().data() + static_cast<std::size_t>(flat) * width,
                width);
  }
  return {};
}

class ReferenceSession final : public runtime::Session {
 public:
  ReferenceSession(model::Evaluator evaluator, const model::Model& model)
      : evaluator_(std::move(evaluator)),
        inputs_(input_infos(model)),
        outputs_(output_infos(model)) {}

  const std::vector<runtime::TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<runtime::TensorInfo>& outputs() const override { return outputs_; }

  Result<Outputs> run(std::span<const tensor::TensorView> inputs,
                      const runtime::RunOptions&) override {
    if (inputs.size() != inputs_.size()) {
      return fail(ErrorCode::kInvalid, "{} inputs given, the model has {}", inputs.size(),
                  inputs_.size());
    }
    std::map<std::string, tensor::Tensor> feed;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      ARETE_TRY_ASSIGN(feed[inputs_[i].name], tensor::copy_of(inputs[i]), "input '{}'",
                       inputs_[i].name);
    }
    ARETE_TRY_ASSIGN(auto results, evaluator_.run(feed));
    Outputs outputs;
    for (const runtime::TensorInfo& info : outputs_) {
      outputs.push_back(std::move(results[info.name]));
    }
    return outputs;
  }

  Status run_into(std::span<const tensor::TensorView> inputs,
                  std::span<const runtime::MutableTensorView> outputs,
                  const runtime::RunOptions& options) override {
    ARETE_TRY_ASSIGN(const Outputs results, run(inputs, options));
    if (outputs.size() != results.size()) {
      return fail(ErrorCode::kInvalid, "memory for {} outputs given, the model has {}",
                  outputs.size(), results.size());
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      ARETE_TRY(copy_into(results[i], outputs[i], outputs_[i].name));
    }
    return {};
  }

  Status run_async(std::span<const tensor::TensorView>, Done, const runtime::RunOptions&) override {
    return fail(ErrorCode::kUnsupported,
                "the reference evaluator runs in the caller's thread only");
  }
  void cancel() override {}

 private:
  model::Evaluator evaluator_;
  std::vector<runtime::TensorInfo> inputs_;
  std::vector<runtime::TensorInfo> outputs_;
};

class ReferenceBackend final : public runtime::Backend {
 public:
  ReferenceBackend() {
    info_.name = kReferenceName;
    info_.version = "1";
    info_.description = "Plain evaluator of the IR: exact and slow";
    info_.formats = {"onnx", "tflite"};
    info_.devices = {"CPU"};
  }

  const runtime::BackendInfo& info() const override { return info_; }

  Status supports(const runtime::ModelFile& file, const runtime::LoadOptions&) const override {
    ARETE_TRY_ASSIGN(const auto model, read_supported(file));
    ARETE_TRY(model::Evaluator::create(*model));
    return {};
  }

  Result<std::unique_ptr<runtime::Session>> load(
      const runtime::ModelFile& file, const runtime::LoadOptions& options) const override {
    if (!options.options.empty()) {
      return fail(ErrorCode::kInvalid, "no option '{}': the reference evaluator takes none",
                  options.options.begin()->first);
    }
    ARETE_TRY_ASSIGN(const auto read, read_supported(file));
    model::Model model = *read;
    ARETE_TRY(model::infer_shapes(model));
    ARETE_TRY_ASSIGN(model::Evaluator evaluator, model::Evaluator::create(model));
    return std::make_unique<ReferenceSession>(std::move(evaluator), model);
  }

 private:
  runtime::BackendInfo info_;
};

}  // namespace

std::shared_ptr<const runtime::Backend> reference_backend() {
  return std::make_shared<const ReferenceBackend>();
}

}  // namespace arete::convert
