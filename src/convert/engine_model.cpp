// SPDX-License-Identifier: Apache-2.0
#include "convert/engine_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/log.hpp"
#include "convert/reference_backend.hpp"
#include "convert/tensor_info.hpp"
#include "model/onnx/onnx.hpp"
#include "model/tflite/tflite.hpp"

namespace arete::convert {
namespace {

bool takes(const runtime::Backend& backend, std::string_view format) {
  return std::ranges::find(backend.info().formats, format) != backend.info().formats.end();
}

/// The stored dtype that most bytes of weights have; "f32" for a model without any.
std::string precision_of(const model::Model& model) {
  std::map<tensor::DType, std::size_t> bytes;
  for (std::uint32_t i = 0; i < model.value_count(); ++i) {
    const model::Value& value = model.value(model::ValueId{i});
    if (value.constant && (value.quantization || tensor::is_floating(value.constant->dtype()))) {
      bytes[value.constant->dtype()] += value.constant->bytes().size();
    }
  }
  const auto most = std::ranges::max_element(
      bytes, [](const auto& a, const auto& b) { return a.second < b.second; });
  return std::string(tensor::name_of(most == bytes.end() ? tensor::DType::kF32 : most->first));
}

/// What the file says and the engine does not, of the same name and dtype: quantization, and the
/// rank (ONNX Runtime tells a scalar like a tensor of unknown rank).
void add_file_facts(std::vector<runtime::TensorInfo>& infos,
                    const std::vector<runtime::TensorInfo>& stated) {
  for (runtime::TensorInfo& info : infos) {
    const auto same = std::ranges::find_if(stated, [&](const runtime::TensorInfo& candidate) {
      return candidate.name == info.name && candidate.dtype == info.dtype;
    });
    if (same != stated.end() && !info.quantization) {
      info.quantization = same->quantization;
    }
    if (same != stated.end() && !info.dims) {
      info.dims = same->dims;
    }
  }
}

Result<LoadedModel> load_on(const runtime::Backend& backend, const ModelSource& source,
                            const runtime::LoadOptions& options) {
  ARETE_TRY_ASSIGN(const EngineModel engine_model, model_for(backend, source, options));
  LoadedModel loaded;
  ARETE_TRY_ASSIGN(loaded.session, backend.load(engine_model.file, options), "{}",
                   backend.info().name);
  loaded.inputs = loaded.session->inputs();
  loaded.outputs = loaded.session->outputs();
  loaded.engine = backend.info().name;
  loaded.converted = engine_model.converted;
  if (const auto model = source.model()) {  // an engine may know more operators than the IR
    add_file_facts(loaded.inputs, input_infos(**model));
    add_file_facts(loaded.outputs, output_infos(**model));
    loaded.precision = precision_of(**model);
  } else {
    loaded.precision = "unknown";
  }
  return loaded;
}

}  // namespace

std::vector<std::string_view> engine_order(std::string_view format) {
  if (format == "tflite") {
    return {"litert", "onnxruntime", "openvino", "tensorrt", "executorch", "tvm", kReferenceName};
  }
  return {"onnxruntime", "openvino", "tensorrt", "litert", "executorch", "tvm", kReferenceName};
}

Result<EngineModel> model_for(const runtime::Backend& backend, const ModelSource& source,
                              const runtime::LoadOptions& options) {
  EngineModel result;
  result.file = {.format = std::string(source.format_name()),
                 .path = source.path().string(),
                 .bytes = source.bytes()};
  const Status direct = backend.supports(result.file, options);
  if (direct) {
    return result;
  }
  if (takes(backend, result.file.format) || !takes(backend, "onnx")) {
    return std::unexpected(direct.error());
  }
  ARETE_TRY_ASSIGN(const auto model, source.model());
  ARETE_TRY(model::require_known_operators(*model), "{}", source.path().string());
  ARETE_TRY_ASSIGN(Bytes onnx, model::write_onnx(*model), "converting {} to ONNX",
                   source.path().string());
  result.file = {.format = "onnx", .path = {}, .bytes = SharedBytes(std::move(onnx))};
  result.converted = true;
  ARETE_TRY(backend.supports(result.file, options), "after conversion to ONNX");
  return result;
}

Result<LoadedModel> load_model(const runtime::Registry& registry, const ModelSource& source,
                               std::string_view engine, const runtime::LoadOptions& options) {
  if (engine != "auto") {
    ARETE_TRY_ASSIGN(const auto backend, registry.find(engine));
    return load_on(*backend, source, options);
  }
  std::string reasons;
  for (const std::string_view name : engine_order(source.format_name())) {
    const auto backend = registry.find(name);
    if (!backend) {
      if (backend.error().code() == ErrorCode::kUnavailable) {
        reasons += fmt::format("\n  {}", backend.error().message());
      }
      continue;
    }
    auto loaded = load_on(**backend, source, options);
    if (loaded) {
      return loaded;
    }
    // Another engine is a large difference in speed: not without a word, unless the engine is for
    // other files anyway.
    if (takes(**backend, source.format_name()) || takes(**backend, "onnx")) {
      ARETE_LOG(kWarning, "engine_passed_over", {"engine", name},
                {"reason", loaded.error().message()});
    }
    reasons += fmt::format("\n  {}: {}", name, loaded.error().message());
  }
  ARETE_TRY(source.model());  // a damaged file is its own reason
  return fail_at(source.path().string(), ErrorCode::kUnsupported, "no engine can run '{}':{}",
                 source.path().string(), reasons);
}

}  // namespace arete::convert
