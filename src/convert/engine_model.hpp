// From a model file to a session: picks an engine and gives it the original bytes where it takes
// the format, or else a converted model. An ONNX file so reaches its engine even if our IR lacks
// one of its operators.
// Threads: free functions. Ownership: LoadedModel owns its session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "convert/model_source.hpp"
#include "runtime/registry.hpp"
#include "runtime/session.hpp"

namespace arete::convert {

struct EngineModel {
  runtime::ModelFile file;
  bool converted = false;  ///< not the file's own bytes
};

/// What `backend` would get; the backend's reason if it takes neither form.
[[nodiscard]] Result<EngineModel> model_for(const runtime::Backend& backend,
                                            const ModelSource& source,
                                            const runtime::LoadOptions& options = {});

struct LoadedModel {
  std::unique_ptr<runtime::Session> session;
  /// Of the session, with the quantization that the file states (an engine may not tell it).
  std::vector<runtime::TensorInfo> inputs;
  std::vector<runtime::TensorInfo> outputs;
  std::string engine;
  std::string precision;  ///< dtype of the weights that weigh most: "f32", "i8" ...
  bool converted = false;
};

/// `engine` by name, or "auto": the first of engine_order() that is there and can run the file.
[[nodiscard]] Result<LoadedModel> load_model(const runtime::Registry& registry,
                                             const ModelSource& source, std::string_view engine,
                                             const runtime::LoadOptions& options = {});

/// The order in which "auto" tries engines on a file of `format`: its own engine, which gets the
/// original bytes, before those that get a conversion; the reference evaluator last.
[[nodiscard]] std::vector<std::string_view> engine_order(std::string_view format);

}  // namespace arete::convert
