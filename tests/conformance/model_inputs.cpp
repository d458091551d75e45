// Seeded inputs: the numbers that a model was made for, not only the types that it takes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>

#include "io/files.hpp"
#include "model_files.hpp"
#include "spec/lookup.hpp"

namespace arete::conformance {
namespace {

namespace fs = std::filesystem;

/// What is known of one input besides its tensor.
struct Range {
  double lowest = -1;
  double highest = 1;
  std::int64_t extent = 1;  ///< for what the file leaves open behind the batch
};

std::optional<spec::Spec> spec_of(const ModelFile& file) {
  const char* source = std::getenv("ARETE_SOURCE_DIR");
  const fs::path folder = fs::path(source != nullptr ? source : ".") / "tests" / "data" / "specs";
  io::PosixFiles files;
  auto found =
      spec::load(files, folder / spec::spec_name_of(file.path), fs::path(file.path).parent_path());
  return found ? std::optional(std::move(*found)) : std::nullopt;
}

Range normalized(double lowest, double highest, double mean, double std_dev) {
  return {(lowest - mean) / std_dev, (highest - mean) / std_dev};
}

Range range_of(const spec::InputKind& kind, bool is_float) {
  if (const auto* image = std::get_if<spec::ImageInput>(&kind)) {
    return normalized(0, 255, image->mean[0], image->std_dev[0]);
  }
  if (const auto* audio = std::get_if<spec::AudioInput>(&kind)) {
    Range range = normalized(-1, 1, audio->mean, audio->std_dev);
    range.extent = std::max(1, audio->window + audio->context);
    return range;
  }
  if (const auto* bytes = std::get_if<spec::BytesInput>(&kind)) {
    return {0, static_cast<double>(bytes->padding), bytes->begin + bytes->end};
  }
  if (const auto* constant = std::get_if<spec::ConstantInput>(&kind)) {
    return {constant->values.at(0), constant->values.at(0)};
  }
  if (const auto* state = std::get_if<spec::StateInput>(&kind)) {
    return {state->initial, state->initial};
  }
  if (std::holds_alternative<spec::SeriesInput>(kind)) {
    return {0, 1};
  }
  return is_float ? Range{} : Range{0, 100};
}

/// From the spec if it speaks of this input, else from the tensor's type: indices stay small.
Range range_of(const std::optional<spec::Spec>& spec, const model::Value& value, std::size_t at) {
  const bool is_float = tensor::is_floating(value.dtype);
  if (spec) {
    const auto named = std::ranges::find(spec->inputs, value.name, &spec::Input::name);
    if (named != spec->inputs.end()) {
      return range_of(named->kind, is_float);
    }
    if (at < spec->inputs.size() && spec->inputs[at].name.empty()) {
      return range_of(spec->inputs[at].kind, is_float);
    }
  }
  return is_float ? Range{} : Range{0, 100};
}

tensor::Shape shape_of(const model::Value& value, std::int64_t extent) {
  std::vector<std::int64_t> dims;
  for (const model::Dim& dim : value.shape.value_or(model::SymbolicShape{})) {
    const bool is_batch = dims.empty() || std::ranges::all_of(dims, [](auto d) { return d != 1; });
    dims.push_back(dim.known() ? dim.size() : (is_batch ? 1 : extent));
  }
  return tensor::Shape(std::move(dims));
}

/// The state's start: zero as the file quantizes it.
double start_of(const model::Value& value) {
  return value.quantization ? value.quantization->zero_point(0) : 0;
}

}  // namespace

Result<Tensors> seeded_inputs(const model::Model& model, const ModelFile& file) {
  const std::optional<spec::Spec> spec = spec_of(file);
  std::uint32_t seed = 2166136261U;  // of the name, so that a new file changes no other
  for (const char c : file.name) {
    seed = (seed ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  std::mt19937 random(seed);
  Tensors inputs;
  for (const model::ValueId id : fed_inputs(model)) {
    const model::Value& value = model.value(id);
    Range range = range_of(spec, value, inputs.size());
    const tensor::DType dtype = value.stored_dtype();
    const bool is_state = model.metadata.contains("tflite.state." + value.name);
    if (is_state) {
      range.lowest = range.highest = start_of(value);
    } else if (tensor::is_integer(dtype) && tensor::bits_of(dtype) == 8) {
      const auto full = tensor::integer_range(dtype);
      range.lowest = static_cast<double>(full.lowest);
      range.highest = static_cast<double>(full.highest);
    }
    ARETE_TRY_ASSIGN(tensor::Tensor input,
                     tensor::Tensor::allocate(dtype, shape_of(value, range.extent)));
    for (std::int64_t i = 0; i < input.elements(); ++i) {
      const double share = static_cast<double>(random()) / 4294967295.0;
      const double number = range.lowest + share * (range.highest - range.lowest);
      input.set_number(i, tensor::is_floating(dtype) ? number : std::floor(number + 0.5));
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace arete::conformance
