// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/operators/activation_functions.hpp"
#include "model/operators/recurrent.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

struct NamedActivation {
  const char* name;
  RecurrentActivation activation;
};

/// Defaults of alpha and beta are those of the operators of the same name.
constexpr NamedActivation kRecurrentActivations[] = {
    {"relu", {[](double x, double, double) { return rectified(x); }, 0, 0}},
    {"tanh", {[](double x, double, double) { return std::tanh(x); }, 0, 0}},
    {"sigmoid", {[](double x, double, double) { return logistic(x); }, 0, 0}},
    {"affine", {[](double x, double a, double b) { return a * x + b; }, 1, 0}},
    {"leakyrelu", {[](double x, double a, double) { return x < 0 ? a * x : x; }, 0.01, 0}},
    {"thresholdedrelu", {[](double x, double a, double) { return x >= a ? x : 0; }, 1, 0}},
    {"scaledtanh", {[](double x, double a, double b) { return a * std::tanh(b * x); }, 1, 1}},
    {"hardsigmoid", {[](double x, double a, double b) { return hard_sigmoid(x, a, b); }, 0.2, 0.5}},
    {"elu", {[](double x, double a, double) { return elu(x, a); }, 1, 0}},
    {"softsign", {[](double x, double, double) { return x / (1 + std::fabs(x)); }, 0, 0}},
    {"softplus", {[](double x, double, double) { return softplus(x); }, 0, 0}},
};

Result<std::vector<RecurrentActivation>> recurrent_activations(
    const Node& node, std::int64_t directions, std::span<const char* const> defaults) {
  std::vector<std::string> names;
  const std::size_t wanted = defaults.size() * static_cast<std::size_t>(directions);
  if (const auto* given = node.attribute<std::vector<std::string>>("activations")) {
    names = *given;
  }
  for (std::size_t i = names.size(); names.size() < wanted && i < wanted; ++i) {
    names.emplace_back(defaults[i % defaults.size()]);
  }
  const auto* alphas = node.attribute<std::vector<float>>("activation_alpha");
  const auto* betas = node.attribute<std::vector<float>>("activation_beta");
  std::vector<RecurrentActivation> activations;
  for (std::size_t i = 0; i < wanted; ++i) {
    std::string name = names[i];
    std::ranges::transform(name, name.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    const auto* known = std::ranges::find_if(
        kRecurrentActivations, [&](const NamedActivation& entry) { return name == entry.name; });
    if (known == std::end(kRecurrentActivations)) {
      return fail(ErrorCode::kInvalid, "activation '{}' is unknown", names[i]);
    }
    activations.push_back(known->activation);
    if (alphas != nullptr && i < alphas->size()) {
      activations.back().alpha = (*alphas)[i];
    }
    if (betas != nullptr && i < betas->size()) {
      activations.back().beta = (*betas)[i];
    }
  }
  return activations;
}

/// An optional input of a known shape, or zeros.
Result<Numbers> input_or_zeros(const KernelContext& context, std::size_t i, const Shape& shape) {
  if (!context.has_input(i)) {
    return zero_numbers(tensor::DType::kF32, shape);
  }
  ARETE_TRY_ASSIGN(Numbers given, numbers_input(context, i));
  if (given.size() != shape.elements()) {
    return fail(ErrorCode::kInvalid, "input {} has shape {} where {} is needed", i,
                given.shape.text(), shape.text());
  }
  given.shape = shape;
  return given;
}

/// [batch, n, k] and [n, batch, k]: the first two axes change places.
Numbers first_axes_swapped(const Numbers& x) {
  Numbers y = x;
  std::swap(y.shape[0], y.shape[1]);
  const std::int64_t inner = x.shape[2];
  for (std::int64_t i = 0; i < x.shape[0]; ++i) {
    for (std::int64_t j = 0; j < x.shape[1]; ++j) {
      std::copy_n(x.at.begin() + (i * x.shape[1] + j) * inner, inner,
                  y.at.begin() + (j * x.shape[0] + i) * inner);
    }
  }
  return y;
}

Status read_direction(const Node& node, RecurrentLayer& layer) {
  const std::string direction = node.string_or("direction", "forward");
  layer.first_is_reverse = direction == "reverse";
  layer.directions = direction == "bidirectional" ? 2 : 1;
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    return fail(ErrorCode::kInvalid, "direction '{}' is unknown", direction);
  }
  return {};
}

Result<Numbers> initial_state(const KernelContext& context, std::size_t i,
                              const RecurrentLayer& layer) {
  const Shape shape = {layer.directions, layer.batch, layer.hidden};
  if (!layer.batch_first || !context.has_input(i)) {
    return input_or_zeros(context, i, shape);
  }
  ARETE_TRY_ASSIGN(const Numbers given, input_or_zeros(context, i, {shape[1], shape[0], shape[2]}));
  return first_axes_swapped(given);
}

Status read_lengths(const KernelContext& context, RecurrentLayer& layer) {
  layer.lengths.assign(static_cast<std::size_t>(layer.batch), layer.steps);
  if (!context.has_input(4)) {
    return {};
  }
  ARETE_TRY_ASSIGN(layer.lengths, integers_input(context, 4));
  if (static_cast<std::int64_t>(layer.lengths.size()) != layer.batch) {
    return fail(ErrorCode::kInvalid, "{} sequence lengths for a batch of {}", layer.lengths.size(),
                layer.batch);
  }
  for (const std::int64_t length : layer.lengths) {
    if (length < 0 || length > layer.steps) {
      return fail(ErrorCode::kInvalid, "sequence length {} is outside [0, {}]", length,
                  layer.steps);
    }
  }
  return {};
}

}  // namespace

double RecurrentLayer::clipped(double value) const {
  return clip > 0 ? std::clamp(value, -clip, clip) : value;
}

Result<RecurrentLayer> recurrent_layer(const KernelContext& context, std::int64_t gates,
                                       std::span<const char* const> defaults) {
  const Node& node = context.node();
  RecurrentLayer layer;
  layer.gates = gates;
  ARETE_TRY(read_direction(node, layer));
  layer.batch_first = node.integer_or("layout", 0) != 0;
  layer.clip = node.float_or("clip", 0);
  ARETE_TRY_ASSIGN(layer.x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(layer.w, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(layer.r, numbers_input(context, 2));
  ARETE_TRY(require_rank("X", layer.x.shape, 3, 3));
  ARETE_TRY(require_rank("R", layer.r.shape, 3, 3));
  if (layer.batch_first) {
    layer.x = first_axes_swapped(layer.x);
  }
  layer.steps = layer.x.shape[0];
  layer.batch = layer.x.shape[1];
  layer.inputs = layer.x.shape[2];
  layer.hidden = layer.r.shape[2];
  if (node.integer_or("hidden_size", layer.hidden) != layer.hidden) {
    return fail(ErrorCode::kInvalid, "R has shape {}, hidden_size is {}", layer.r.shape.text(),
                node.integer_or("hidden_size", 0));
  }
  const std::int64_t rows = gates * layer.hidden;
  ARETE_TRY(require_shape("W", layer.w.shape, {layer.directions, rows, layer.inputs}));
  ARETE_TRY(require_shape("R", layer.r.shape, {layer.directions, rows, layer.hidden}));
  ARETE_TRY_ASSIGN(layer.b, input_or_zeros(context, 3, {layer.directions, 2 * rows}));
  ARETE_TRY(read_lengths(context, layer));
  ARETE_TRY_ASSIGN(layer.h, initial_state(context, 5, layer));
  if (gates == 4) {
    ARETE_TRY_ASSIGN(layer.c, initial_state(context, 6, layer));
    ARETE_TRY_ASSIGN(layer.p, input_or_zeros(context, 7, {layer.directions, 3 * layer.hidden}));
  }
  layer.h.dtype = layer.x.dtype;
  layer.c.dtype = layer.x.dtype;
  ARETE_TRY_ASSIGN(layer.activations, recurrent_activations(node, layer.directions, defaults));
  return layer;
}

Numbers batch_swapped(const Numbers& state) { return first_axes_swapped(state); }

Numbers batch_outside(const Numbers& y) {
  Numbers out = y;
  const std::int64_t outer = y.shape[0] * y.shape[1];
  const std::int64_t batch = y.shape[2];
  const std::int64_t hidden = y.shape[3];
  out.shape = {batch, y.shape[0], y.shape[1], hidden};
  for (std::int64_t i = 0; i < outer; ++i) {
    for (std::int64_t j = 0; j < batch; ++j) {
      std::copy_n(y.at.begin() + (i * batch + j) * hidden, hidden,
                  out.at.begin() + (j * outer + i) * hidden);
    }
  }
  return out;
}

}  // namespace arete::model::operators
