// An LSTM of 8-bit values with a 16-bit cell state, as TFLite computes it: gates as 16-bit numbers
// of 3 integer bits, sigmoid and tanh in fixed point, each hidden state rounded once a step. The
// scales of the states come from the node's metadata, where the TFLite reader notes them; without
// them the node is computed in float.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "model/reference/integer/fixed_point_16.hpp"
#include "model/reference/integer/stored.hpp"

namespace arete::model::integer {
namespace {

using tensor::DType;

/// Scale and zero point of a tensor that is no value of the graph.
struct NotedScale {
  float scale = 0;
  std::int32_t zero = 0;
};

Result<NotedScale> noted_scale(const Node& node, const std::string& key) {
  const auto found = node.metadata.find(key);
  NotedScale noted;
  if (found != node.metadata.end()) {
    std::istringstream text(found->second);
    if (text >> noted.scale >> noted.zero && noted.scale > 0 && std::isfinite(noted.scale)) {
      return noted;
    }
  }
  return fail(ErrorCode::kUnsupported, "no scale of {}", key);
}

/// Positions in ONNX's order of gates.
enum Gate : std::size_t { kInputGate, kOutputGate, kForgetGate, kCellGate, kGates };

/// Products of one matrix with the vectors of a step.
struct GateMatrix {
  std::vector<std::int32_t> weights;  ///< gates x units x depth
  std::array<Multiplier, kGates> multipliers;
  std::int32_t zero = 0;  ///< of the vector
  std::size_t depth = 0;

  [[nodiscard]] std::int32_t rescaled_product(Gate gate, std::size_t row, std::int64_t start,
                                              const std::int32_t* vector) const {
    std::int64_t sum = start;
    const std::int32_t* factors = weights.data() + row * depth;
    for (std::size_t i = 0; i < depth; ++i) {
      sum += std::int64_t{factors[i]} * (vector[i] - zero);
    }
    return rescaled(sum, multipliers[gate]);
  }
};

Result<GateMatrix> gate_matrix(const IntegerContext& context, std::size_t input, NotedScale vector,
                               std::size_t units, std::size_t depth) {
  const auto* q = context.input_quantization(input);
  const auto& data = context.input(input);
  if (q == nullptr || q->stored != DType::kI8 || q->block_size != 0 ||
      q->scales.size() != kGates * units ||
      static_cast<std::size_t>(data.elements()) != kGates * units * depth) {
    return fail(ErrorCode::kUnsupported, "weights of an LSTM without a scale a row");
  }
  GateMatrix matrix{numbers_of(data), {}, vector.zero, depth};
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    const float scale = q->scales[gate * units];
    const auto same = [&](std::size_t i) {
      return q->scales[gate * units + i] == scale && q->zero_point(gate * units + i) == 0;
    };
    for (std::size_t i = 0; i < units; ++i) {
      if (!same(i)) {
        return fail(ErrorCode::kUnsupported, "rows of a gate with different scales");
      }
    }
    // To 12 fraction bits; in float, as TFLite.
    matrix.multipliers[gate] =
        quantize_multiplier(static_cast<double>(scale * vector.scale / std::ldexp(1.0F, -12)));
  }
  return matrix;
}

/// All that one layer needs; the states of one batch element run through it.
struct LstmLayer {
  GateMatrix input, recurrent;
  std::vector<std::int32_t> bias;  ///< gates x units, zeros if there is none
  std::size_t units = 0;
  int cell_bits = 0;           ///< integer bits of the cell state
  std::int32_t cell_clip = 0;  ///< 0: none
  Multiplier hidden;
  std::int32_t hidden_zero = 0;

  void step(const std::int32_t* x, std::vector<std::int32_t>& cell,
            std::vector<std::int32_t>& output) const;

 private:
  [[nodiscard]] std::int32_t gate(Gate which, std::size_t unit, const std::int32_t* x,
                                  const std::vector<std::int32_t>& output) const {
    const std::size_t row = which * units + unit;
    const std::int32_t of_input =
        fixed16::saturated(input.rescaled_product(which, row, bias[row], x));
    return fixed16::saturated(std::int64_t{of_input} +
                              recurrent.rescaled_product(which, row, 0, output.data()));
  }
};

void LstmLayer::step(const std::int32_t* x, std::vector<std::int32_t>& cell,
                     std::vector<std::int32_t>& output) const {
  std::vector<std::int32_t> next(units);
  for (std::size_t unit = 0; unit < units; ++unit) {
    const std::int32_t in = fixed16::sigmoid(gate(kInputGate, unit, x, output));
    const std::int32_t out = fixed16::sigmoid(gate(kOutputGate, unit, x, output));
    const std::int32_t keep = fixed16::sigmoid(gate(kForgetGate, unit, x, output));
    const std::int32_t fresh = fixed16::tanh(gate(kCellGate, unit, x, output), 3);
    const std::int32_t kept = rounding_shift(keep * cell[unit], 15);
    const std::int32_t added = rounding_shift(in * fresh, 15 + cell_bits);
    cell[unit] = fixed16::saturated(std::int64_t{kept} + added);
    if (cell_clip > 0) {
      cell[unit] = std::clamp(cell[unit], -cell_clip, cell_clip);
    }
    const std::int32_t squashed = fixed16::tanh(cell[unit], cell_bits);
    next[unit] = clamped(std::int64_t{rescaled(std::int64_t{out} * squashed, hidden)} + hidden_zero,
                         DType::kI8);
  }
  output = std::move(next);
}

Result<std::vector<std::int32_t>> lstm_bias(const IntegerContext& context, std::size_t units) {
  std::vector<std::int32_t> bias(kGates * units, 0);
  if (!context.has_input(3)) {
    return bias;
  }
  const tensor::Tensor& data = context.input(3);
  if (data.dtype() != DType::kI32 || static_cast<std::size_t>(data.elements()) != 2 * bias.size()) {
    return fail(ErrorCode::kUnsupported, "the bias is not of 32-bit integers");
  }
  const auto numbers = data.data<std::int32_t>();
  if (std::any_of(numbers.begin() + static_cast<std::ptrdiff_t>(bias.size()), numbers.end(),
                  [](std::int32_t n) { return n != 0; })) {
    return fail(ErrorCode::kUnsupported, "a second bias");
  }
  std::copy_n(numbers.begin(), bias.size(), bias.begin());
  return bias;
}

Status check_plain_lstm(const IntegerContext& context) {
  const Node& node = context.node();
  bool plain = node.string_or("direction", "forward") == "forward" &&
               node.integer_or("layout", 0) == 0 && node.integer_or("input_forget", 0) == 0 &&
               !node.attributes.contains("activations") && context.input(0).shape().rank() == 3 &&
               context.has_input(1) && context.has_input(2) &&
               context.input(1).shape().rank() == 3 && context.input(1).shape()[0] == 1 &&
               context.input(1).shape()[1] % std::int64_t{kGates} == 0;
  for (std::size_t i = 4; i < context.input_count(); ++i) {
    plain = plain && !context.has_input(i);
  }
  for (std::size_t i = 1; i < context.output_count(); ++i) {
    plain = plain && context.node().outputs[i] == kNoValue;
  }
  return plain ? Status() : fail(ErrorCode::kUnsupported, "an LSTM of another form");
}

Result<LstmLayer> lstm_layer(const IntegerContext& context) {
  const Node& node = context.node();
  ARETE_TRY_ASSIGN(const auto* x, per_tensor_input(context, 0));
  ARETE_TRY_ASSIGN(const NotedScale state, noted_scale(node, "tflite.output_state"));
  ARETE_TRY_ASSIGN(const NotedScale cell, noted_scale(node, "tflite.cell_state"));
  ARETE_TRY_ASSIGN(const NotedScale hidden, noted_scale(node, "tflite.intermediate_4"));
  const double cell_log2 = std::log2(static_cast<double>(cell.scale));
  LstmLayer layer;
  layer.units = static_cast<std::size_t>(context.input(1).shape()[1]) / kGates;
  layer.cell_bits = 15 + static_cast<int>(std::lround(cell_log2));
  if (x->stored != DType::kI8 || cell.zero != 0 ||
      std::abs(cell_log2 - std::round(cell_log2)) > 1e-3 || layer.cell_bits < 0 ||
      layer.cell_bits > 12) {
    return fail(ErrorCode::kUnsupported, "an LSTM with states of another form");
  }
  ARETE_TRY_ASSIGN(layer.input, gate_matrix(context, 1, {x->scales[0], zero_of(*x)}, layer.units,
                                            static_cast<std::size_t>(context.input(0).shape()[2])));
  ARETE_TRY_ASSIGN(layer.recurrent, gate_matrix(context, 2, state, layer.units, layer.units));
  ARETE_TRY_ASSIGN(layer.bias, lstm_bias(context, layer.units));
  const float clip = node.float_or("clip", 0.0F);
  if (clip > 0.0F) {
    layer.cell_clip = static_cast<std::int32_t>(std::clamp(clip / cell.scale, 0.0F, 32767.0F));
  }
  layer.hidden = quantize_multiplier(
      static_cast<double>(std::ldexp(1.0F, -15) / hidden.scale * std::ldexp(1.0F, -15)));
  layer.hidden_zero = hidden.zero;
  return layer;
}

}  // namespace

Outputs lstm_kernel(IntegerContext& context) {
  ARETE_TRY_ASSIGN(const auto* y, per_tensor_output(context));
  ARETE_TRY(check_plain_lstm(context));
  if (y->stored != DType::kI8) {
    return fail(ErrorCode::kUnsupported, "an LSTM that is not of 8-bit values");
  }
  ARETE_TRY_ASSIGN(const LstmLayer layer, lstm_layer(context));
  ARETE_TRY_ASSIGN(const NotedScale start, noted_scale(context.node(), "tflite.output_state"));
  const tensor::Shape& shape = context.input(0).shape();
  const std::vector<std::int32_t> x = numbers_of(context.input(0));
  const auto batches = static_cast<std::size_t>(shape[1]);
  const auto depth = static_cast<std::size_t>(shape[2]);
  std::vector<std::vector<std::int32_t>> cells(batches, std::vector<std::int32_t>(layer.units, 0));
  std::vector<std::vector<std::int32_t>> states(batches,
                                                std::vector<std::int32_t>(layer.units, start.zero));
  std::vector<std::int32_t> out;
  for (std::size_t step = 0; step < static_cast<std::size_t>(shape[0]); ++step) {
    for (std::size_t n = 0; n < batches; ++n) {
      layer.step(x.data() + (step * batches + n) * depth, cells[n], states[n]);
      out.insert(out.end(), states[n].begin(), states[n].end());
    }
  }
  ARETE_TRY_ASSIGN(
      auto made,
      stored_tensor(y->stored, {shape[0], 1, shape[1], static_cast<std::int64_t>(layer.units)},
                    out));
  return one_output(std::move(made));
}

}  // namespace arete::model::integer
