// SPDX-License-Identifier: Apache-2.0
#include "convert/embedded_spec.hpp"

#include <fmt/format.h>

#include <charconv>
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
    if (error != std::errc() || stop != text.data() + end) {
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

}  // namespace

std::optional<spec::Spec> embedded_spec(const model::Model& model, std::string_view source_name) {
  if (model.graph.inputs.size() != 1 || model.graph.outputs.size() != 1) {
    return std::nullopt;
  }
  const auto input = image_input(model, model.value(model.graph.inputs[0]).name);
  const std::string& output_name = model.value(model.graph.outputs[0]).name;
  spec::Labels labels;
  labels.names = labels_of(model, output_name);
  const auto& shape = model.value(model.graph.outputs[0]).shape;
  const bool is_classes = shape && shape->size() <= 2;
  if (!input || labels.names.empty() || !is_classes) {
    return std::nullopt;
  }
  spec::Spec spec;
  spec.source = fmt::format("metadata of {}", source_name);
  spec.inputs.push_back(*input);
  spec::Output output;
  output.decoder = spec::TopK{.labels = std::move(labels), .background = std::nullopt};
  spec.outputs.push_back(std::move(output));
  return spec;
}

Result<std::optional<spec::Spec>> embedded_spec(const ModelSource& source) {
  if (source.format != model::FileFormat::kTflite) {
    return std::optional<spec::Spec>();
  }
  ARETE_TRY_ASSIGN(const model::Model model, read_model(source));
  return embedded_spec(model, source.path.string());
}

}  // namespace arete::convert
