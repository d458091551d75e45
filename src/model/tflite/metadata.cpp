// Signatures, description, label files and picture scaling of a TFLite file, as Model::metadata.
// Damaged metadata does not spoil a good model: it is left out with a warning.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "base/log.hpp"
#include "metadata_schema_generated.h"
#include "model/tflite/import.hpp"
#include "model/tflite/zip.hpp"

namespace arete::model::tflite {
namespace {

namespace fm = ::arete::model::tflite_metadata;

constexpr std::size_t kLargestLabelFile = std::size_t{16} << 20;

using NamedTensors = flatbuffers::Vector<flatbuffers::Offset<fb::TensorMap>>;

std::string signature_text(const NamedTensors* names, const std::vector<FileTensor>& tensors,
                           const Model& model) {
  std::string text;
  if (names == nullptr) {
    return text;
  }
  for (const fb::TensorMap* entry : *names) {
    const std::size_t index = entry->tensor_index();
    if (index >= tensors.size() || tensors[index].value == kNoValue) {
      continue;
    }
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", text_or_empty(entry->name()),
                        model.value(tensors[index].value).name);
  }
  return text;
}

void read_signatures(const FlatFile& file, const std::vector<FileTensor>& tensors, Model& model) {
  if (file.root().signature_defs() == nullptr) {
    return;
  }
  for (const fb::SignatureDef* signature : *file.root().signature_defs()) {
    if (signature->subgraph_index() != 0) {
      continue;
    }
    const std::string key = "tflite.signature." + text_or_empty(signature->signature_key());
    model.metadata[key + ".inputs"] = signature_text(signature->inputs(), tensors, model);
    model.metadata[key + ".outputs"] = signature_text(signature->outputs(), tensors, model);
  }
}

constexpr int kAxisLabels = 2;
constexpr int kValueLabels = 3;

constexpr int kColorRgb = 1;
constexpr int kColorGray = 2;

/// "127.5" or "123.7,116.3,103.5".
std::string joined_numbers(const flatbuffers::Vector<float>* numbers) {
  std::string text;
  for (flatbuffers::uoffset_t i = 0; numbers != nullptr && i < numbers->size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ",", numbers->Get(i));
  }
  return text;
}

/// How a picture becomes this input, as far as the file says.
void read_picture_input(const fm::TensorMetadata& input, const std::string& name, Model& model) {
  if (input.process_units() != nullptr) {
    for (const fm::ProcessUnit* unit : *input.process_units()) {
      if (const auto* scaling = unit->options_as_NormalizationOptions()) {
        model.metadata["tflite.mean." + name] = joined_numbers(scaling->mean());
        model.metadata["tflite.std." + name] = joined_numbers(scaling->std());
      }
    }
  }
  const auto* image = input.content() == nullptr
                          ? nullptr
                          : input.content()->content_properties_as_ImageProperties();
  if (image != nullptr && image->color_space() == kColorRgb) {
    model.metadata["tflite.color." + name] = "rgb";
  } else if (image != nullptr && image->color_space() == kColorGray) {
    model.metadata["tflite.color." + name] = "gray";
  }
}

void read_inputs(const fm::SubGraphMetadata& graph, Model& model) {
  if (graph.input_tensor_metadata() == nullptr) {
    return;
  }
  const auto& inputs = *graph.input_tensor_metadata();
  for (flatbuffers::uoffset_t i = 0; i < inputs.size() && i < model.graph.inputs.size(); ++i) {
    read_picture_input(*inputs.Get(i), model.value(model.graph.inputs[i]).name, model);
  }
}

/// Label files that the metadata names for outputs, with their text from the archive.
Status read_labels(const FlatFile& file, const fm::SubGraphMetadata& graph, Model& model) {
  if (graph.output_tensor_metadata() == nullptr) {
    return {};
  }
  ARETE_TRY_ASSIGN(const auto files, read_appended_zip(file.bytes().view(), kLargestLabelFile));
  const auto& outputs = *graph.output_tensor_metadata();
  for (flatbuffers::uoffset_t i = 0; i < outputs.size(); ++i) {
    if (i >= model.graph.outputs.size() || outputs.Get(i)->associated_files() == nullptr) {
      continue;
    }
    for (const fm::AssociatedFile* entry : *outputs.Get(i)->associated_files()) {
      const std::string name = text_or_empty(entry->name());
      const auto found = files.find(name);
      if (found != files.end() && (entry->type() == kAxisLabels || entry->type() == kValueLabels)) {
        const std::string& output = model.value(model.graph.outputs[i]).name;
        model.metadata[fmt::format("tflite.labels.{}.{}", output, name)] = found->second;
      }
    }
  }
  return {};
}

Status read_model_metadata(const FlatFile& file, const SharedBytes& bytes, Model& model) {
  if (bytes.empty()) {
    return {};
  }
  const Bytes copy(bytes.view().begin(), bytes.view().end());  // aligned
  const auto* data = reinterpret_cast<const std::uint8_t*>(copy.data());
  flatbuffers::Verifier verifier(data, copy.size(), 32, 100'000);
  if (copy.size() < 8 || !fm::VerifyModelMetadataBuffer(verifier)) {
    return fail(ErrorCode::kCorrupt, "the metadata buffer is damaged");
  }
  const fm::ModelMetadata& metadata = *fm::GetModelMetadata(data);
  for (const auto& [key, text] :
       {std::pair("name", metadata.name()), std::pair("description", metadata.description()),
        std::pair("version", metadata.version()), std::pair("author", metadata.author()),
        std::pair("license", metadata.license())}) {
    if (text != nullptr) {
      model.metadata[fmt::format("tflite.{}", key)] = text_or_empty(text);
    }
  }
  const auto* graphs = metadata.subgraph_metadata();
  if (graphs == nullptr || graphs->size() == 0) {
    return {};
  }
  read_inputs(*graphs->Get(0), model);
  return read_labels(file, *graphs->Get(0), model);
}

}  // namespace

Status read_metadata(const FlatFile& file, const std::vector<FileTensor>& tensors, Model& model) {
  model.doc = text_or_empty(file.root().description());
  read_signatures(file, tensors, model);
  if (file.root().metadata() == nullptr) {
    return {};
  }
  for (const fb::Metadata* entry : *file.root().metadata()) {
    if (text_or_empty(entry->name()) != "TFLITE_METADATA") {
      continue;
    }
    auto bytes = file.buffer(entry->buffer());
    const Status read = bytes ? read_model_metadata(file, *bytes, model)
                              : Status(std::unexpect, std::move(bytes).error());
    if (!read) {
      ARETE_LOG(kWarning, "tflite_metadata_ignored", {"reason", read.error().message()});
    }
  }
  return {};
}

}  // namespace arete::model::tflite
