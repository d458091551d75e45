// UNIDIRECTIONAL_SEQUENCE_LSTM as ONNX's LSTM. TFLite keeps a tensor a gate, ONNX one for all:
// weights of quantized gates get one scale a row. What the integer kernel needs besides (scales of
// the cell state and of the gates' results) goes into the node's metadata.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <utility>

#include "model/tflite/families.hpp"

namespace arete::model::tflite {
namespace {

// Positions of a gate's tensors, in ONNX's order of gates: input, output, forget, cell.
constexpr std::array<std::size_t, 4> kInputWeights = {1, 4, 2, 3};
constexpr std::array<std::size_t, 4> kRecurrentWeights = {5, 8, 6, 7};
constexpr std::array<std::size_t, 4> kGateBiases = {12, 15, 13, 14};
constexpr std::size_t kOutputState = 18;
constexpr std::size_t kCellState = 19;

/// Tensors of one kind, one a gate, joined along the rows.
struct Joined {
  std::vector<std::byte> bytes;
  std::optional<tensor::Quantization> quantization;
  tensor::DType stored = tensor::DType::kUndefined;
};

Status join_one(Op& op, std::size_t i, std::size_t elements, std::int64_t rows, Joined& joined) {
  if (!op.has(i) || !op.tensor(i).constant) {
    return fail(ErrorCode::kUnsupported, "input {} of the LSTM is missing or computed", i);
  }
  const FileTensor& gate = op.tensor(i);
  const bool first = joined.stored == tensor::DType::kUndefined;
  if (gate.constant->elements() != static_cast<std::int64_t>(elements) ||
      (!first && (gate.stored != joined.stored ||
                  gate.quantization.has_value() != joined.quantization.has_value()))) {
    return fail(ErrorCode::kCorrupt, "gates of different type or size: '{}' is {} {}", gate.name,
                tensor::name_of(gate.stored), gate.shape.text());
  }
  joined.stored = gate.stored;
  const ByteView bytes = gate.constant->bytes();
  joined.bytes.insert(joined.bytes.end(), bytes.begin(), bytes.end());
  if (gate.quantization) {
    if (!gate.quantization->per_tensor()) {
      return fail(ErrorCode::kUnsupported, "LSTM weights with a scale a channel");
    }
    if (!joined.quantization) {
      joined.quantization = *gate.quantization;
      joined.quantization->scales.clear();
      joined.quantization->zero_points.clear();
      joined.quantization->axis = 1;
    }
    const auto count = static_cast<std::size_t>(rows);
    joined.quantization->scales.insert(joined.quantization->scales.end(), count,
                                       gate.quantization->scales[0]);
    joined.quantization->zero_points.insert(joined.quantization->zero_points.end(), count,
                                            gate.quantization->zero_point(0));
  }
  return {};
}

Result<ValueId> joined_constant(Op& op, Joined joined, tensor::Shape shape,
                                std::string_view suffix) {
  ARETE_TRY_ASSIGN(auto data, tensor::Tensor::from_bytes(joined.stored, std::move(shape),
                                                         SharedBytes(std::move(joined.bytes))));
  FileTensor like;
  like.half = joined.stored == tensor::DType::kF16;
  return op.in().add_weights(fmt::format("{}/{}", op.output().name, suffix), like, std::move(data),
                             std::move(joined.quantization));
}

Result<ValueId> weights(Op& op, const std::array<std::size_t, 4>& gates, std::int64_t units,
                        std::int64_t depth, std::string_view suffix) {
  Joined joined;
  for (const std::size_t i : gates) {
    ARETE_TRY(join_one(op, i, static_cast<std::size_t>(units * depth), units, joined));
  }
  return joined_constant(op, std::move(joined), {1, 4 * units, depth}, suffix);
}

/// The four biases, then zeros: TFLite has no second bias.
Result<ValueId> biases(Op& op, std::int64_t units) {
  Joined joined;
  for (const std::size_t i : kGateBiases) {
    ARETE_TRY(join_one(op, i, static_cast<std::size_t>(units), units, joined));
  }
  joined.bytes.resize(2 * joined.bytes.size());
  if (joined.quantization) {
    auto& q = *joined.quantization;
    q.scales.resize(2 * q.scales.size(), q.scales.back());
    q.zero_points.resize(2 * q.zero_points.size(), 0);
  }
  return joined_constant(op, std::move(joined), {1, 8 * units}, "B");
}

Status check_plain(Op& op, const fb::UnidirectionalSequenceLSTMOptions& options) {
  for (const std::size_t i : {9U, 10U, 11U, 16U, 17U, 20U, 21U, 22U, 23U}) {
    if (op.has(i)) {
      return fail(ErrorCode::kUnsupported,
                  "peepholes, projection or layer normalization (input {}) of an LSTM", i);
    }
  }
  if (options.fused_activation_function() != fb::ActivationFunctionType::TANH ||
      options.proj_clip() != 0.0F || options.diagonal_recurrent_tensors()) {
    return fail(ErrorCode::kUnsupported, "an LSTM whose activation is not tanh");
  }
  return {};
}

std::string numbers_of(const FileTensor& tensor) {
  return tensor.quantization ? fmt::format("{:.9g} {}", tensor.quantization->scales[0],
                                           tensor.quantization->zero_point(0))
                             : std::string();
}

/// What only the integer kernel reads.
Status note_quantization(Op& op, Node& node) {
  if (!op.tensor(0).quantization) {
    return {};
  }
  node.metadata["tflite.cell_state"] = numbers_of(op.tensor(kCellState));
  node.metadata["tflite.output_state"] = numbers_of(op.tensor(kOutputState));
  const std::vector<std::int32_t> intermediates = copy_of(op.raw().intermediates());
  const auto& tensors = op.in().tensors();
  for (std::size_t i = 0; i < intermediates.size(); ++i) {
    const auto index = static_cast<std::size_t>(intermediates[i]);
    if (intermediates[i] < 0 || index >= tensors.size()) {
      return fail(ErrorCode::kCorrupt, "intermediate tensor {} does not exist", intermediates[i]);
    }
    node.metadata[fmt::format("tflite.intermediate_{}", i)] = numbers_of(tensors[index]);
  }
  return {};
}

Status sequence_lstm(Op& op) {
  ARETE_TRY(op.expect(1));
  const auto* options = op.options<fb::UnidirectionalSequenceLSTMOptions>();
  if (options == nullptr || op.input_count() < 20 || !op.has(kOutputState) || !op.has(kCellState) ||
      !op.has(kInputWeights[2])) {
    return fail(ErrorCode::kCorrupt, "has {} inputs or no options", op.input_count());
  }
  ARETE_TRY(check_plain(op, *options));
  ARETE_TRY(op.expect_rank(0, 3));
  ARETE_TRY(op.expect_rank(kInputWeights[2], 2));
  const bool time_major = options->time_major();
  const tensor::Shape& in = op.shape(0);
  const std::int64_t steps = in[time_major ? 0 : 1];
  const std::int64_t batch = in[time_major ? 1 : 0];
  const std::int64_t units = op.shape(kInputWeights[2])[0];
  ARETE_TRY_ASSIGN(ValueId x, time_major ? op.value(0) : op.permuted(0, Axes{1, 0, 2}));
  ARETE_TRY_ASSIGN(const ValueId w, weights(op, kInputWeights, units, in[2], "W"));
  ARETE_TRY_ASSIGN(const ValueId r, weights(op, kRecurrentWeights, units, units, "R"));
  ARETE_TRY_ASSIGN(const ValueId b, biases(op, units));
  Attributes attributes{{"hidden_size", units}};
  if (options->cell_clip() > 0.0F) {
    attributes["clip"] = options->cell_clip();
  }
  ValueType type = op.type_of(op.output());
  type.shape = symbolic(tensor::Shape{steps, 1, batch, units});
  ValueId y = op.emit({"LSTM", {x, w, r, b}, std::move(attributes)}, type);
  ARETE_TRY(note_quantization(op, op.in().model().graph.nodes.back()));
  type.shape = symbolic(tensor::Shape{steps, batch, units});
  Step squeeze{"Reshape", {y, op.shape_constant({steps, batch, units})}, {}};
  if (time_major) {
    return op.finish({std::move(squeeze)});
  }
  y = op.emit(std::move(squeeze), std::move(type));
  return op.finish({{"Transpose", {y}, {{"perm", Axes{1, 0, 2}}}}});
}

constexpr TranslationRow kRecurrentRows[] = {{44, sequence_lstm}};

}  // namespace

std::span<const TranslationRow> recurrent_rows() { return kRecurrentRows; }

}  // namespace arete::model::tflite
