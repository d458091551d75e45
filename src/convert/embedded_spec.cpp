// SPDX-License-Identifier: Apache-2.0
#include "convert/embedded_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "spec/lookup.hpp"

namespace arete::convert {
namespace {

/// "1.5,2" to numbers; empty if any part is none.
std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    double number = 0;
    const auto [stop, error] = std::from_chars(text.data() + start, text.data() + end, number);
    if (error != std::errc() || stop != text.data() + end || !std::isfinite(number)) {
      return {};
    }
    numbers.push_back(number);
    start = end + 1;
  }
  return numbers;
}

const std::string* entry(const model::Model& model, const std::string& key) {
  const auto found = model.metadata.find(key);
  return found == model.metadata.end() ? nullptr : &found->second;
}

std::optional<spec::Input> image_input(const model::Model& model, const std::string& name) {
  const std::string* mean = entry(model, "tflite.mean." + name);
  const std::string* std_dev = entry(model, "tflite.std." + name);
  if (mean == nullptr || std_dev == nullptr) {
    return std::nullopt;
  }
  const std::vector<double> means = numbers_of(*mean);
  const std::vector<double> deviations = numbers_of(*std_dev);
  if (means.empty() || deviations.empty()) {
    return std::nullopt;
  }
  spec::ImageInput image;
  for (std::size_t c = 0; c < 3; ++c) {
    image.mean[c] = means[std::min(c, means.size() - 1)];
    image.std_dev[c] = deviations[std::min(c, deviations.size() - 1)];
    if (image.std_dev[c] == 0) {
      return std::nullopt;
    }
  }
  const std::string* color = entry(model, "tflite.color." + name);
  if (color != nullptr && *color == "gray") {
    image.color = spec::ColorOrder::kGray;
  }
  spec::Input input;
  input.name = name;
  input.kind = image;
  return input;
}

/// The labels of an output: the metadata's first label file for it.
std::vector<std::string> labels_of(const model::Model& model, const std::string& output) {
  const std::string prefix = fmt::format("tflite.labels.{}.", output);
  for (const auto& [key, text] : model.metadata) {
    if (key.starts_with(prefix)) {
      return spec::parse_label_lines(text, key).value_or(std::vector<std::string>());
    }
  }
  return {};
}

/// Class scores in one row, or a picture of planes, one a class.
std::optional<spec::Decoder> single_output_decoder(const model::Model& model) {
  const model::Value& output = model.value(model.graph.outputs[0]);
  spec::Labels labels;
  labels.names = labels_of(model, output.name);
  if (labels.names.empty() || !output.shape) {
    return std::nullopt;
  }
  const std::size_t rank = output.shape->size();
  const auto count = static_cast<std::int64_t>(labels.names.size());
  if (rank <= 2) {
    spec::TopK top_k;
    if (labels.names[0] == "background") {
      top_k.background = 0;
    }
    top_k.labels = std::move(labels);
    return top_k;
  }
  const std::int64_t planes = output.shape->back().size();  // the file's own layout is NHWC
  spec::Segmentation segmentation;
  if (rank == 4 && planes == 1 && count == 1) {
    segmentation.mode = spec::Segmentation::Mode::kProbability;
    labels.names.insert(labels.names.begin(), "background");
  } else if (rank != 4 || planes != count) {
    return std::nullopt;
  }
  segmentation.labels = std::move(labels);
  return segmentation;
}

/// Boxes, classes, scores and count, as TFLite_Detection_PostProcess gives them; the labels hang on
/// the classes.
std::optional<spec::Decoder> detection_decoder(const model::Model& model) {
  const auto& boxes = model.value(model.graph.outputs[0]).shape;
  if (!boxes || boxes->size() != 3 || boxes->back().size() != 4) {
    return std::nullopt;
  }
  spec::Ssd ssd;
  ssd.detector.labels.names = labels_of(model, model.value(model.graph.outputs[1]).name);
  if (ssd.detector.labels.names.empty()) {
    return std::nullopt;
  }
  return ssd;
}

std::optional<spec::Decoder> decoder_of(const model::Model& model) {
  switch (model.graph.outputs.size()) {
    case 1:
      return single_output_decoder(model);
    case 4:
      return detection_decoder(model);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<spec::Spec> embedded_spec(const model::Model& model, std::string_view source_name) {
  if (model.graph.inputs.size() != 1) {
    return std::nullopt;
  }
  auto input = image_input(model, model.value(model.graph.inputs[0]).name);
  auto decoder = decoder_of(model);
  if (!input || !decoder) {
    return std::nullopt;
  }
  spec::Spec spec;
  spec.source = fmt::format("metadata of {}", source_name);
  spec.inputs.push_back(std::move(*input));
  spec.outputs.emplace_back().decoder = std::move(*decoder);
  return spec;
}

Result<std::optional<spec::Spec>> embedded_spec(const ModelSource& source) {
  if (source.format() != model::FileFormat::kTflite) {
    return std::optional<spec::Spec>();
  }
  ARETE_TRY_ASSIGN(const auto model, source.model());
  return embedded_spec(*model, source.path().string());
}

}  // namespace arete::convert
