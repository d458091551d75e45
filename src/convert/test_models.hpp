// Small models and engines for the tests of this module: no files, no plug-ins.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "convert/model_source.hpp"
#include "convert/tensor_info.hpp"
#include "model/onnx/onnx.hpp"
#include "runtime/backend.hpp"

namespace arete::convert {

/// An engine that takes some formats and fails as told; its sessions describe one input and output.
class FakeBackend final : public runtime::Backend {
 public:
  FakeBackend(std::string name, std::vector<std::string> formats,
              std::optional<Error> load_error = std::nullopt)
      : load_error_(std::move(load_error)) {
    info_.name = std::move(name);
    info_.formats = std::move(formats);
  }
  [[nodiscard]] const runtime::BackendInfo& info() const override { return info_; }
  [[nodiscard]] Status supports(const runtime::ModelFile& file,
                                const runtime::LoadOptions&) const override {
    for (const std::string& format : info_.formats) {
      if (format == file.format) {
        return {};
      }
    }
    return fail(ErrorCode::kUnsupported, "{} does not read {}", info_.name, file.format);
  }
  [[nodiscard]] Result<std::unique_ptr<runtime::Session>> load(
      const runtime::ModelFile& file, const runtime::LoadOptions&) const override {
    if (load_error_) {
      return std::unexpected<Error>(*load_error_);
    }
    loaded = file;
    return std::make_unique<IdleSession>();
  }

  mutable runtime::ModelFile loaded;  ///< what load() got last

 private:
  class IdleSession final : public runtime::Session {
   public:
    IdleSession() {
      infos_.resize(1);
      infos_[0].name = "x";
      infos_[0].dtype = tensor::DType::kU8;
    }
    [[nodiscard]] const std::vector<runtime::TensorInfo>& inputs() const override { return infos_; }
    [[nodiscard]] const std::vector<runtime::TensorInfo>& outputs() const override {
      return infos_;
    }
    [[nodiscard]] Result<Outputs> run(std::span<const tensor::TensorView>,
                                      const runtime::RunOptions&) override {
      return fail(ErrorCode::kUnsupported, "not in this fake");
    }
    [[nodiscard]] Status run_into(std::span<const tensor::TensorView>,
                                  std::span<const runtime::MutableTensorView>,
                                  const runtime::RunOptions&) override {
      return fail(ErrorCode::kUnsupported, "not in this fake");
    }
    [[nodiscard]] Status run_async(std::span<const tensor::TensorView>, Done,
                                   const runtime::RunOptions&) override {
      return fail(ErrorCode::kUnsupported, "not in this fake");
    }
    void cancel() override {}

   private:
    std::vector<runtime::TensorInfo> infos_;
  };

  runtime::BackendInfo info_;
  std::optional<Error> load_error_;
};

inline model::ValueId add_value(model::Model& model, const std::string& name, tensor::DType dtype,
                                std::optional<model::SymbolicShape> shape) {
  model::Value value;
  value.name = name;
  value.dtype = dtype;
  value.shape = std::move(shape);
  return model.add_value(std::move(value));
}

/// y = op(x), f32.
inline model::Model unary_model(const std::string& op_type, model::SymbolicShape shape) {
  model::Model model;
  model.opset_imports[""] = 13;
  const auto x = add_value(model, "x", tensor::DType::kF32, shape);
  const auto y = add_value(model, "y", tensor::DType::kF32, std::move(shape));
  model::Node node;
  node.op_type = op_type;
  node.inputs = {x};
  node.outputs = {y};
  model.graph.nodes.push_back(std::move(node));
  model.graph.inputs = {x};
  model.graph.outputs = {y};
  return model;
}

inline ModelSource onnx_source(const model::Model& model) {
  return ModelSource("net.onnx", model::FileFormat::kOnnx,
                     SharedBytes(model::write_onnx(model).value()));
}

}  // namespace arete::convert
