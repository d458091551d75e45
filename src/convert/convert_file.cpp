// SPDX-License-Identifier: Apache-2.0
#include "convert/convert_file.hpp"

#include <filesystem>
#include <system_error>

#include "model/onnx/onnx.hpp"
#include "model/passes/dequantize.hpp"
#include "model/passes/unfold_quantization.hpp"
#include "model/summary/summary.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::convert {
namespace {

Status check_output(const ModelSource& source, const io::Path& output) {
  if (output.extension() != ".onnx") {
    return fail_at(output.string(), ErrorCode::kInvalid,
                   "the output '{}' must end in .onnx, the one format written so far",
                   output.string());
  }
  std::error_code ignored;
  if (std::filesystem::equivalent(source.path, output, ignored)) {
    return fail_at(output.string(), ErrorCode::kInvalid,
                   "the output '{}' is the model itself; name another file", output.string());
  }
  return {};
}

}  // namespace

Result<ConvertReport> convert_file(io::Files& files, const ModelSource& source,
                                   const io::Path& output, const ConvertOptions& options) {
  ARETE_TRY(check_output(source, output));
  ARETE_TRY_ASSIGN(model::Model model, read_model(source));
  ARETE_TRY(model::require_known_operators(model), "{}", source.path.string());
  if (options.dequantize) {
    ARETE_TRY_ASSIGN(model, model::dequantize_model(std::move(model)), "dequantizing {}",
                     source.path.string());
  }
  model::OnnxWriteOptions write;
  write.external_name = options.external_name;
  ARETE_TRY(model::write_onnx_file(model, output, write), "writing {}", output.string());
  ConvertReport report;
  ARETE_TRY_ASSIGN(const io::FileStatus status, files.status(output));
  report.bytes = status.bytes;
  ARETE_TRY_ASSIGN(const model::Model written, model::unfold_quantization(std::move(model)));
  report.operators = model::count_operators(written.graph);
  return report;
}

}  // namespace arete::convert
