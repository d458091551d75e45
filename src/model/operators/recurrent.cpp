// The family of recurrent networks: RNN, GRU and LSTM, one sample and one step at a time.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/recurrent.hpp"

#include <algorithm>
#include <array>

#include "model/operators/families.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

/// One direction of one sample while it runs.
struct RecurrentState {
  const RecurrentLayer& layer;
  std::int64_t direction;
  const double* x = nullptr;  ///< this step's input
  std::span<double> h;
  std::span<double> c;
  std::vector<double> from_x;  ///< X * W' + Wb, all gates
  std::vector<double> from_h;  ///< H * R' + Rb, all gates

  [[nodiscard]] const RecurrentActivation& activation(std::size_t i) const {
    const std::size_t each = layer.activations.size() / static_cast<std::size_t>(layer.directions);
    return layer.activations[static_cast<std::size_t>(direction) * each + i];
  }
  [[nodiscard]] std::size_t at(std::int64_t gate, std::int64_t unit) const {
    return static_cast<std::size_t>(gate * layer.hidden + unit);
  }
};

using RecurrentStep = void (*)(RecurrentState&);

/// sums[row] = bias[row] + matrix[row, :] * vector for `rows` rows.
void multiply_rows(const double* matrix, const double* vector, const double* bias,
                   std::int64_t rows, std::int64_t depth, double* sums) {
  for (std::int64_t row = 0; row < rows; ++row) {
    double sum = bias[row];
    for (std::int64_t k = 0; k < depth; ++k) {
      sum += matrix[row * depth + k] * vector[k];
    }
    sums[row] = sum;
  }
}

void gate_sums(RecurrentState& state) {
  const RecurrentLayer& layer = state.layer;
  const std::int64_t rows = layer.gates * layer.hidden;
  const double* bias = layer.b.at.data() + state.direction * 2 * rows;
  multiply_rows(layer.w.at.data() + state.direction * rows * layer.inputs, state.x, bias, rows,
                layer.inputs, state.from_x.data());
  multiply_rows(layer.r.at.data() + state.direction * rows * layer.hidden, state.h.data(),
                bias + rows, rows, layer.hidden, state.from_h.data());
}

void rnn_step(RecurrentState& state) {
  gate_sums(state);
  for (std::size_t i = 0; i < state.h.size(); ++i) {
    state.h[i] = state.activation(0)(state.layer.clipped(state.from_x[i] + state.from_h[i]));
  }
}

/// Gates z, r, h.
void gru_step(RecurrentState& state, bool linear_before_reset) {
  const RecurrentLayer& layer = state.layer;
  gate_sums(state);
  std::vector<double> update(state.h.size());
  std::vector<double> reset(state.h.size());
  for (std::int64_t i = 0; i < layer.hidden; ++i) {
    const auto unit = static_cast<std::size_t>(i);
    const std::size_t z = state.at(0, i);
    const std::size_t r = state.at(1, i);
    update[unit] = state.activation(0)(layer.clipped(state.from_x[z] + state.from_h[z]));
    reset[unit] = state.activation(0)(layer.clipped(state.from_x[r] + state.from_h[r]));
  }
  std::vector<double> recurrent(state.h.size());
  if (linear_before_reset) {
    for (std::int64_t i = 0; i < layer.hidden; ++i) {
      const auto unit = static_cast<std::size_t>(i);
      recurrent[unit] = reset[unit] * state.from_h[state.at(2, i)];
    }
  } else {
    const std::int64_t rows = 3 * layer.hidden;
    std::vector<double> kept(state.h.size());
    std::ranges::transform(state.h, reset, kept.begin(), std::multiplies<>());
    const double* bias = layer.b.at.data() + state.direction * 2 * rows + rows;
    multiply_rows(layer.r.at.data() + (state.direction * rows + 2 * layer.hidden) * layer.hidden,
                  kept.data(), bias + 2 * layer.hidden, layer.hidden, layer.hidden,
                  recurrent.data());
  }
  for (std::int64_t i = 0; i < layer.hidden; ++i) {
    const auto unit = static_cast<std::size_t>(i);
    const double candidate =
        state.activation(1)(layer.clipped(state.from_x[state.at(2, i)] + recurrent[unit]));
    state.h[unit] = (1 - update[unit]) * candidate + update[unit] * state.h[unit];
  }
}

void gru_step_plain(RecurrentState& state) { gru_step(state, false); }
void gru_step_linear(RecurrentState& state) { gru_step(state, true); }

/// Gates i, o, f, c; peepholes i, o, f.
void lstm_step(RecurrentState& state, bool couples_forget) {
  const RecurrentLayer& layer = state.layer;
  gate_sums(state);
  const double* peephole = layer.p.at.data() + state.direction * 3 * layer.hidden;
  const auto gate = [&](std::int64_t which, std::int64_t unit, double seen) {
    const std::size_t at = state.at(which, unit);
    return layer.clipped(state.from_x[at] + state.from_h[at] + seen);
  };
  for (std::int64_t i = 0; i < layer.hidden; ++i) {
    const auto unit = static_cast<std::size_t>(i);
    const double before = state.c[unit];
    const double input = state.activation(0)(gate(0, i, peephole[i] * before));
    const double forget =
        couples_forget ? 1 - input
                       : state.activation(0)(gate(2, i, peephole[2 * layer.hidden + i] * before));
    const double candidate = state.activation(1)(gate(3, i, 0));
    state.c[unit] = forget * before + input * candidate;
    const double output =
        state.activation(0)(gate(1, i, peephole[layer.hidden + i] * state.c[unit]));
    state.h[unit] = output * state.activation(2)(state.c[unit]);
  }
}

void lstm_step_plain(RecurrentState& state) { lstm_step(state, false); }
void lstm_step_coupled(RecurrentState& state) { lstm_step(state, true); }

/// Runs one direction of one sample; steps beyond its length leave zeros in y.
void run_sequence(RecurrentLayer& layer, std::int64_t direction, std::int64_t sample,
                  RecurrentStep step, Numbers& y) {
  const auto hidden = static_cast<std::size_t>(layer.hidden);
  const auto base = static_cast<std::size_t>((direction * layer.batch + sample) * layer.hidden);
  const auto rows = static_cast<std::size_t>(layer.gates * layer.hidden);
  RecurrentState state{.layer = layer,
                       .direction = direction,
                       .h = std::span(layer.h.at).subspan(base, hidden),
                       .c = {},
                       .from_x = std::vector<double>(rows),
                       .from_h = std::vector<double>(rows)};
  if (!layer.c.at.empty()) {
    state.c = std::span(layer.c.at).subspan(base, hidden);
  }
  const bool reverse = direction == 1 || layer.first_is_reverse;
  const std::int64_t length = layer.lengths[static_cast<std::size_t>(sample)];
  for (std::int64_t t = 0; t < length; ++t) {
    const std::int64_t time = reverse ? length - 1 - t : t;
    state.x = layer.x.at.data() + (time * layer.batch + sample) * layer.inputs;
    step(state);
    std::ranges::copy(
        state.h, y.at.begin() +
                     ((time * layer.directions + direction) * layer.batch + sample) * layer.hidden);
  }
}

Outputs run_recurrent(RecurrentLayer layer, RecurrentStep step) {
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(layer.x.dtype, {layer.steps, layer.directions,
                                                           layer.batch, layer.hidden}));
  for (std::int64_t direction = 0; direction < layer.directions; ++direction) {
    for (std::int64_t sample = 0; sample < layer.batch; ++sample) {
      run_sequence(layer, direction, sample, step, y);
    }
  }
  const bool has_cell = layer.gates == 4;
  if (layer.batch_first) {
    y = batch_outside(y);
    layer.h = batch_swapped(layer.h);
    layer.c = has_cell ? batch_swapped(layer.c) : layer.c;
  }
  std::vector<Result<tensor::Tensor>> outputs;
  outputs.push_back(y.tensor());
  outputs.push_back(layer.h.tensor());
  if (has_cell) {
    outputs.push_back(layer.c.tensor());
  }
  return outputs_of(std::move(outputs));
}

Outputs rnn_kernel(KernelContext& context) {
  static constexpr std::array kDefaults = {"Tanh"};
  ARETE_TRY_ASSIGN(RecurrentLayer layer, recurrent_layer(context, 1, kDefaults));
  return run_recurrent(std::move(layer), rnn_step);
}

Outputs gru_kernel(KernelContext& context) {
  static constexpr std::array kDefaults = {"Sigmoid", "Tanh"};
  ARETE_TRY_ASSIGN(RecurrentLayer layer, recurrent_layer(context, 3, kDefaults));
  const bool linear = context.node().integer_or("linear_before_reset", 0) != 0;
  return run_recurrent(std::move(layer), linear ? gru_step_linear : gru_step_plain);
}

Outputs lstm_kernel(KernelContext& context) {
  static constexpr std::array kDefaults = {"Sigmoid", "Tanh", "Tanh"};
  ARETE_TRY_ASSIGN(RecurrentLayer layer, recurrent_layer(context, 4, kDefaults));
  const bool coupled = context.node().integer_or("input_forget", 0) != 0;
  return run_recurrent(std::move(layer), coupled ? lstm_step_coupled : lstm_step_plain);
}

Status recurrent_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  const ShapeFacts& r = context.input(2);
  for (std::size_t i = 0; i < 3; ++i) {
    context.set_output(i, x.dtype, std::nullopt);
  }
  if (!x.shape || !r.shape) {
    return {};
  }
  if (x.shape->size() != 3 || r.shape->size() != 3) {
    return fail(ErrorCode::kInvalid, "X {} and R {} must have rank 3", text_of(*x.shape),
                text_of(*r.shape));
  }
  const bool batch_first = context.node().integer_or("layout", 0) != 0;
  const Dim steps = (*x.shape)[batch_first ? 1 : 0];
  const Dim batch = (*x.shape)[batch_first ? 0 : 1];
  const Dim hidden = (*r.shape)[2];
  const Dim directions((context.node().string_or("direction", "forward") == "bidirectional")
                           ? std::int64_t{2}
                           : std::int64_t{1});
  const SymbolicShape state = batch_first ? SymbolicShape{batch, directions, hidden}
                                          : SymbolicShape{directions, batch, hidden};
  context.set_output(0, x.dtype,
                     batch_first ? SymbolicShape{batch, steps, directions, hidden}
                                 : SymbolicShape{steps, directions, batch, hidden});
  context.set_output(1, x.dtype, state);
  context.set_output(2, x.dtype, state);
  return {};
}

/// Each step multiplies every weight once for every sample.
std::optional<std::int64_t> recurrent_macs(const Node&, std::span<const ShapeFacts> inputs,
                                           std::span<const ShapeFacts>) {
  if (inputs.size() < 3 || !inputs[0].shape || !inputs[1].shape || !inputs[2].shape) {
    return std::nullopt;
  }
  const auto x = concrete(*inputs[0].shape);
  const auto w = concrete(*inputs[1].shape);
  const auto r = concrete(*inputs[2].shape);
  if (!x || !w || !r || x->rank() != 3) {
    return std::nullopt;
  }
  return (*x)[0] * (*x)[1] * (w->elements() + r->elements());
}

}  // namespace

std::span<const Operator> recurrent_family() {
  static constexpr std::array kRows = {
      Operator{"", "GRU", 7, 3, 6, gru_kernel, recurrent_shape, recurrent_macs},
      Operator{"", "LSTM", 7, 3, 8, lstm_kernel, recurrent_shape, recurrent_macs},
      Operator{"", "RNN", 7, 3, 6, rnn_kernel, recurrent_shape, recurrent_macs},
  };
  return kRows;
}

}  // namespace arete::model::operators
