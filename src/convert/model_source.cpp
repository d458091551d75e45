// SPDX-License-Identifier: Apache-2.0
#include "convert/model_source.hpp"

#include <algorithm>

#include "model/onnx/onnx.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::convert {
namespace {

bool is_model_of_ours(model::FileFormat format) {
  return format == model::FileFormat::kOnnx || format == model::FileFormat::kTflite;
}

}  // namespace

Result<ModelSource> open_source(io::Files& files, const io::Path& path) {
  ARETE_TRY_ASSIGN(const io::FileStatus status, files.status(path));
  if (status.kind == io::FileKind::kMissing) {
    return fail_at(path.string(), ErrorCode::kNotFound, "there is no model file '{}'",
                   path.string());
  }
  SharedBytes bytes;
  if (status.kind == io::FileKind::kFile) {
    ARETE_TRY_ASSIGN(bytes, files.map(path));
  }
  const model::FileFormat format = model::recognize(bytes.view(), path);
  if (!is_model_of_ours(format)) {
    return fail_at(path.string(), ErrorCode::kUnsupported, "{}", model::advice_for(format, path));
  }
  return ModelSource{.path = path, .format = format, .bytes = std::move(bytes)};
}

Result<model::Model> read_model(const ModelSource& source) {
  const auto read = [&]() -> Result<model::Model> {
    if (source.format == model::FileFormat::kTflite) {
      return model::read_tflite(source.bytes);
    }
    model::OnnxReadOptions options;
    options.folder = source.path.has_parent_path() ? source.path.parent_path() : io::Path(".");
    return model::read_onnx(source.bytes, options);
  };
  auto model = read();
  if (!model) {
    return std::unexpected(std::move(model)
                               .error()
                               .with_context("reading " + source.path.string())
                               .at(source.path.string()));
  }
  return model;
}

}  // namespace arete::convert
