// SPDX-License-Identifier: Apache-2.0
#include "pipeline/model_input.hpp"

#include <algorithm>
#include <cstring>
#include <variant>

#include "tensor/quantization.hpp"

namespace arete::pipeline {
namespace {

double stored_of(const spec::ResolvedInput& input, double real) {
  const auto& quantization = input.tensor.quantization;
  return quantization ? static_cast<double>(
                            tensor::quantize(static_cast<float>(real), quantization->scales[0],
                                             quantization->zero_point(0), quantization->stored))
                      : real;
}

/// Where the number of row r and column c goes, and how it is normalized.
struct WindowLayout {
  std::size_t columns = 1;
  std::size_t rows = 0;
  bool columns_first = false;

  [[nodiscard]] std::size_t position(std::size_t index) const {
    return columns_first ? (index % columns) * rows + index / columns : index;
  }
};

WindowLayout layout_of(const spec::ResolvedInput& input, std::size_t values) {
  WindowLayout layout;
  if (const auto* series = std::get_if<spec::SeriesInput>(&input.meaning.kind)) {
    layout.columns = std::max<std::size_t>(series->columns.size(), 1);
    layout.columns_first = input.columns_first;
  }
  layout.rows = values / layout.columns;
  return layout;
}

double normalized(const spec::ResolvedInput& input, double value, std::size_t column) {
  if (const auto* audio = std::get_if<spec::AudioInput>(&input.meaning.kind)) {
    return (value - audio->mean) / audio->std_dev;
  }
  const auto* series = std::get_if<spec::SeriesInput>(&input.meaning.kind);
  if (series != nullptr && column < series->columns.size()) {
    return (value - series->columns[column].mean) / series->columns[column].std_dev;
  }
  return value;
}

bool is_fed(const spec::ResolvedInput& input) {
  return !std::holds_alternative<spec::ConstantInput>(input.meaning.kind) &&
         !std::holds_alternative<spec::StateInput>(input.meaning.kind);
}

}  // namespace

Result<std::size_t> fed_input_of(const spec::ResolvedSpec& spec) {
  const auto first = std::ranges::find_if(spec.inputs, is_fed);
  if (first == spec.inputs.end()) {
    return fail_at(spec.source, ErrorCode::kUnsupported,
                   "{} has only constant and state inputs: nothing can be fed to it", spec.source);
  }
  const auto second = std::find_if(first + 1, spec.inputs.end(), is_fed);
  if (second != spec.inputs.end()) {
    return fail_at(spec.source, ErrorCode::kUnsupported,
                   "{}: both '{}' and '{}' want data; a model is fed through one input, the others "
                   "must be constants or states",
                   spec.source, first->tensor.name, second->tensor.name);
  }
  ARETE_TRY(packet_type_of(*first), "{}", spec.source);
  return static_cast<std::size_t>(first - spec.inputs.begin());
}

Result<PacketType> packet_type_of(const spec::ResolvedInput& input) {
  const spec::InputKind& kind = input.meaning.kind;
  if (std::holds_alternative<spec::ImageInput>(kind)) {
    return PacketType::kFrame;
  }
  if (const auto* audio = std::get_if<spec::AudioInput>(&kind)) {
    if (audio->features) {
      return fail(ErrorCode::kUnsupported,
                  "input '{}' wants a spectrum of the sound; only models of plain samples run here",
                  input.tensor.name);
    }
    return PacketType::kAudio;
  }
  if (std::holds_alternative<spec::SeriesInput>(kind)) {
    return PacketType::kSeries;
  }
  if (std::holds_alternative<spec::TensorInput>(kind)) {
    return PacketType::kTensor;
  }
  return fail(
      ErrorCode::kUnsupported,
      "input '{}' is neither a picture, sound, a series nor a plain tensor: no source feeds it",
      input.tensor.name);
}

Result<tensor::Tensor> filled(const spec::ResolvedInput& input, std::span<const double> values) {
  ARETE_TRY_ASSIGN(tensor::Tensor tensor,
                   tensor::Tensor::allocate(input.tensor.dtype, tensor::Shape(input.shape)));
  const auto count = static_cast<std::size_t>(tensor.elements());
  if (values.size() != 1 && values.size() != count) {
    return fail(ErrorCode::kInvalid, "{} values given for the {} elements of input '{}'",
                values.size(), count, input.tensor.name);
  }
  for (std::size_t i = 0; i < count; ++i) {
    tensor.set_number(static_cast<std::int64_t>(i),
                      stored_of(input, values.size() == 1 ? values[0] : values[i]));
  }
  return tensor;
}

Result<tensor::Tensor> initial_tensor(const spec::ResolvedInput& input) {
  if (const auto* constant = std::get_if<spec::ConstantInput>(&input.meaning.kind)) {
    return filled(input, constant->values);
  }
  const auto& state = std::get<spec::StateInput>(input.meaning.kind);
  return filled(input, std::span(&state.initial, 1));
}

Status write_window(const spec::ResolvedInput& input, std::span<const float> values,
                    std::span<std::byte> out) {
  ARETE_TRY_ASSIGN(tensor::Tensor tensor,
                   tensor::Tensor::allocate(input.tensor.dtype, tensor::Shape(input.shape)));
  if (static_cast<std::size_t>(tensor.elements()) != values.size() ||
      tensor.bytes().size() != out.size()) {
    return fail(ErrorCode::kInvalid, "{} numbers given for the {} elements of input '{}'",
                values.size(), tensor.elements(), input.tensor.name);
  }
  const WindowLayout layout = layout_of(input, values.size());
  const bool as_it_is = std::holds_alternative<spec::TensorInput>(input.meaning.kind);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double real = normalized(input, static_cast<double>(values[i]), i % layout.columns);
    tensor.set_number(static_cast<std::int64_t>(layout.position(i)),
                      as_it_is ? real : stored_of(input, real));
  }
  std::memcpy(out.data(), tensor.bytes().data(), out.size());
  return {};
}

}  // namespace arete::pipeline
