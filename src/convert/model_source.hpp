// A model file as the user named it: its bytes, its format, found from the content, and its IR,
// read when it is first asked for. A format of somebody else's tool is answered with the command
// that exports it. Threads: model() is not safe from two threads at once; the rest is const.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/files.hpp"
#include "model/foreign/recognize.hpp"
#include "model/ir/model.hpp"

namespace arete::convert {

class ModelSource {
 public:
  ModelSource(io::Path path, model::FileFormat format, SharedBytes bytes)
      : path_(std::move(path)), format_(format), bytes_(std::move(bytes)) {}

  [[nodiscard]] const io::Path& path() const { return path_; }
  [[nodiscard]] model::FileFormat format() const { return format_; }
  /// "onnx", "tflite", "executorch" or "tvm", as engines and docs/reference/json.md name it.
  [[nodiscard]] std::string_view format_name() const;
  [[nodiscard]] const SharedBytes& bytes() const { return bytes_; }

  /// The IR of the file, read once and kept as long as the source lives. Errors name the file;
  /// kUnsupported for a compiled program, which only its engine understands.
  [[nodiscard]] Result<std::shared_ptr<const model::Model>> model() const;

 private:
  io::Path path_;
  model::FileFormat format_;
  SharedBytes bytes_;
  mutable std::shared_ptr<const model::Model> model_;
};

/// kNotFound, or kUnsupported naming the format and the export command for what we can neither read
/// (ONNX, TFLite) nor hand to an engine as it is (ExecuTorch, TVM).
[[nodiscard]] Result<ModelSource> open_source(io::Files& files, const io::Path& path);

}  // namespace arete::convert
