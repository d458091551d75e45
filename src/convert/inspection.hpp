// `arete inspect`: what a model file is and which engines can run it.
// Threads: free functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "convert/model_source.hpp"
#include "document/node.hpp"
#include "model/summary/summary.hpp"
#include "runtime/registry.hpp"
#include "runtime/session.hpp"

namespace arete::convert {

struct EngineVerdict {
  std::string engine;
  std::string status;      ///< "ok" or the reason why not
  bool converted = false;  ///< ok, but only after conversion to ONNX
  bool installed = true;   ///< false: no plug-in of that name is there
  bool suited = true;      ///< false: made for files of another format, and no conversion helps
};

struct Inspection {
  std::string source;
  std::string format;  ///< "onnx", "tflite"
  std::string producer;
  std::map<std::string, std::int64_t> opsets;
  std::vector<runtime::TensorInfo> inputs;
  std::vector<runtime::TensorInfo> outputs;
  model::Summary summary;
  std::vector<EngineVerdict> engines;
};

[[nodiscard]] Result<Inspection> inspect(const ModelSource& source,
                                         const runtime::Registry& registry,
                                         const std::map<std::string, tensor::Shape>& input_shapes);

/// The object of docs/reference/json.md.
[[nodiscard]] document::Node to_node(const Inspection& inspection);
/// For people: several lines.
[[nodiscard]] std::string to_text(const Inspection& inspection);

}  // namespace arete::convert
