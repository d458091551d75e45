// SPDX-License-Identifier: Apache-2.0
#include "convert/inspection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "convert/engine_model.hpp"
#include "convert/tensor_info.hpp"

namespace arete::convert {
namespace {

bool can_be_given(const runtime::Backend& backend, std::string_view format) {
  const std::vector<std::string>& formats = backend.info().formats;
  return std::ranges::find(formats, format) != formats.end() ||
         std::ranges::find(formats, "onnx") != formats.end();
}

std::string why_not_suited(const runtime::Backend& backend, std::string_view format) {
  const std::vector<std::string>& formats = backend.info().formats;
  return formats.empty() ? "reads no files by itself"
                         : fmt::format("reads {}, not {}", fmt::join(formats, ", "), format);
}

std::vector<EngineVerdict> verdicts(const ModelSource& source, const runtime::Registry& registry) {
  std::vector<EngineVerdict> all;
  for (const runtime::BackendStatus& status : registry.list()) {
    EngineVerdict verdict{.engine = status.info.name, .status = "ok"};
    if (!status.available) {
      // A plug-in that is there but broken has a path.
      verdict.installed = !status.info.path.empty();
      verdict.status = "unavailable: " + status.reason;
    } else if (const auto backend = registry.find(status.info.name);
               backend && !can_be_given(**backend, source.format_name())) {
      verdict.suited = false;
      verdict.status = why_not_suited(**backend, source.format_name());
    } else if (backend) {
      const auto model = model_for(**backend, source);
      verdict.status = model ? "ok" : model.error().message();
      verdict.converted = model && model->converted;
    }
    all.push_back(std::move(verdict));
  }
  return all;
}

}  // namespace

Result<Inspection> inspect(const ModelSource& source, const runtime::Registry& registry,
                           const std::map<std::string, tensor::Shape>& input_shapes) {
  ARETE_TRY_ASSIGN(const auto read, source.model());
  const model::Model& model = *read;
  Inspection inspection;
  inspection.source = source.path().string();
  inspection.format = source.format_name();
  if (source.format() == model::FileFormat::kOnnx) {  // a TFLite file does not say
    inspection.producer = model.producer_version.empty()
                              ? model.producer_name
                              : fmt::format("{} {}", model.producer_name, model.producer_version);
  }
  inspection.opsets = model.opset_imports;
  inspection.inputs = input_infos(model);
  inspection.outputs = output_infos(model);
  ARETE_TRY_ASSIGN(inspection.summary, model::summarize(model, input_shapes), "{}",
                   inspection.source);
  inspection.engines = verdicts(source, registry);
  return inspection;
}

}  // namespace arete::convert
