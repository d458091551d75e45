// A model file as the user named it: its bytes and its format, found from the content. A format of
// somebody else's tool is answered with the command that exports it.
// Threads: a value type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/files.hpp"
#include "model/foreign/recognize.hpp"
#include "model/ir/model.hpp"

namespace arete::convert {

struct ModelSource {
  io::Path path;
  model::FileFormat format;
  SharedBytes bytes;
};

/// kNotFound, or kUnsupported naming the format and the export command for what is neither ONNX
/// nor TFLite.
[[nodiscard]] Result<ModelSource> open_source(io::Files& files, const io::Path& path);

/// The IR of the file. Errors name the file.
[[nodiscard]] Result<model::Model> read_model(const ModelSource& source);

}  // namespace arete::convert
