// SPDX-License-Identifier: Apache-2.0
#include "convert/model_source.hpp"

#include "model/onnx/onnx.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::convert {
namespace {

bool has_ir(model::FileFormat format) {
  return format == model::FileFormat::kOnnx || format == model::FileFormat::kTflite;
}

/// Compiled programs that an engine of ours takes as they are.
bool has_engine(model::FileFormat format) {
  return format == model::FileFormat::kExecutorch || format == model::FileFormat::kTvm;
}

Result<model::Model> read_ir(const ModelSource& source) {
  if (!has_ir(source.format())) {
    return fail(ErrorCode::kUnsupported, "{}", model::advice_for(source.format(), source.path()));
  }
  if (source.format() == model::FileFormat::kTflite) {
    return model::read_tflite(source.bytes());
  }
  model::OnnxReadOptions options;
  options.folder = source.path().has_parent_path() ? source.path().parent_path() : io::Path(".");
  return model::read_onnx(source.bytes(), options);
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
  if (!has_ir(format) && !has_engine(format)) {
    return fail_at(path.string(), ErrorCode::kUnsupported, "{}", model::advice_for(format, path));
  }
  return ModelSource(path, format, std::move(bytes));
}

std::string_view ModelSource::format_name() const {
  switch (format_) {
    case model::FileFormat::kTflite:
      return "tflite";
    case model::FileFormat::kExecutorch:
      return "executorch";
    case model::FileFormat::kTvm:
      return "tvm";
    default:
      return "onnx";
  }
}

Result<std::shared_ptr<const model::Model>> ModelSource::model() const {
  if (model_ == nullptr) {
    auto model = read_ir(*this);
    if (!model) {
      return std::unexpected(
          std::move(model).error().with_context("reading " + path_.string()).at(path_.string()));
    }
    model_ = std::make_shared<const model::Model>(std::move(*model));
  }
  return model_;
}

}  // namespace arete::convert
