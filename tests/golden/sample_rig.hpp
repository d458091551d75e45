// Real models on real pictures for golden tests: finds the data, loads a model with its spec from
// tests/data/specs into ONNX Runtime (converted if it is no ONNX file), runs pictures through it.
// Tests skip where the data or the engine is missing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "document/node.hpp"
#include "io/files.hpp"
#include "pipeline/model_runner.hpp"
#include "runtime/registry.hpp"
#include "tensor/picture.hpp"

namespace arete::golden {

/// `models/..` and `data/..` lie below; empty if there are none on this machine.
[[nodiscard]] std::string data_root();

/// The manifest's entry of that name.
[[nodiscard]] Result<document::Node> manifest_entry(const std::string& name);

class SampleRig {
 public:
  /// `model` relative to data_root(). kUnavailable if the engine is.
  [[nodiscard]] static Result<SampleRig> load(const std::string& model);

  /// `picture` relative to data_root().
  [[nodiscard]] Result<tensor::Findings> run(const std::string& picture);
  [[nodiscard]] Result<tensor::Findings> run(const tensor::PictureView& picture);

 private:
  SampleRig(std::shared_ptr<const runtime::Registry> registry, pipeline::ModelRunner runner)
      : registry_(std::move(registry)), runner_(std::move(runner)) {}

  std::shared_ptr<const runtime::Registry> registry_;  ///< keeps the engine loaded
  pipeline::ModelRunner runner_;
};

}  // namespace arete::golden
