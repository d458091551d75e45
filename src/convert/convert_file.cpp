// SPDX-License-Identifier: Apache-2.0
#include "convert/convert_file.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "model/onnx/onnx.hpp"
#include "model/passes/dequantize.hpp"
#include "model/passes/unfold_quantization.hpp"
#include "model/summary/summary.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::convert {
namespace {

bool is_same_file(const io::Path& a, const io::Path& b) {
  std::error_code ignored;  // one that is missing is not the same
  return std::filesystem::equivalent(a, b, ignored);
}

Status check_output(io::Files& files, const ModelSource& source, const io::Path& output,
                    const std::string& external_name) {
  if (output.extension() != ".onnx") {
    return fail_at(output.string(), ErrorCode::kInvalid,
                   "the output '{}' must end in .onnx, the one format written so far",
                   output.string());
  }
  if (is_same_file(source.path(), output)) {
    return fail_at(output.string(), ErrorCode::kInvalid,
                   "the output '{}' is the model itself; name another file", output.string());
  }
  const io::Path external = output.parent_path() / external_name;
  // A file that is there without the output is some other model's.
  if (!external_name.empty() && files.has_file(external) &&
      (!files.has_file(output) || is_same_file(source.path(), external))) {
    return fail_at(external.string(), ErrorCode::kInvalid,
                   "the file for external data '{}' is there and is not ours; name another one",
                   external.string());
  }
  return {};
}

bool is_quantized(const model::Model& model) {
  for (std::uint32_t i = 0; i < model.value_count(); ++i) {
    if (model.value(model::ValueId{i}).quantization) {
      return true;
    }
  }
  return std::ranges::any_of(model.graph.nodes, [](const model::Node& node) {
    return node.op_type == "DequantizeLinear";
  });
}

}  // namespace

Result<ConvertReport> convert_file(io::Files& files, const ModelSource& source,
                                   const io::Path& output, const ConvertOptions& options) {
  ARETE_TRY(check_output(files, source, output, options.external_name));
  ARETE_TRY_ASSIGN(const auto read, source.model());
  model::Model model = *read;  // shares the weights
  ARETE_TRY(model::require_known_operators(model), "{}", source.path().string());
  ConvertReport report;
  if (options.dequantize) {
    if (!is_quantized(model)) {
      report.warnings.emplace_back("nothing is quantized: --dequantize changes nothing");
    }
    ARETE_TRY_ASSIGN(model, model::dequantize_model(std::move(model)), "dequantizing {}",
                     source.path().string());
  }
  model::OnnxWriteOptions write;
  write.external_name = options.external_name;
  ARETE_TRY(model::write_onnx_file(model, output, write));
  ARETE_TRY_ASSIGN(const io::FileStatus status, files.status(output));
  report.bytes = status.bytes;
  ARETE_TRY_ASSIGN(const model::Model written, model::unfold_quantization(std::move(model)));
  report.operators = model::count_operators(written.graph);
  return report;
}

}  // namespace arete::convert
