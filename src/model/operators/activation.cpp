// The family of activations: functions of one element, PRelu and SwiGLU, and the table. Softmax
// and its like are in softmax.cpp.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "model/operators/activation_functions.hpp"
#include "model/operators/broadcast.hpp"
#include "model/operators/families.hpp"
#include "model/operators/numbers.hpp"
#include "model/operators/rules.hpp"
#include "model/operators/softmax.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;

/// Input 0 with every element mapped.
template <class Function>
Outputs mapped(const KernelContext& context, Function&& function) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  for (double& value : x.at) {
    value = function(value);
  }
  return outputs_of(x.tensor());
}

double parameter(const KernelContext& context, std::string_view name, float fallback) {
  return context.node().float_or(name, fallback);
}

Outputs relu_kernel(KernelContext& context) { return mapped(context, rectified); }

Outputs leaky_relu_kernel(KernelContext& context) {
  const double alpha = parameter(context, "alpha", 0.01F);
  return mapped(context, [alpha](double x) { return x < 0 ? alpha * x : x; });
}

Outputs thresholded_relu_kernel(KernelContext& context) {
  const double alpha = parameter(context, "alpha", 1);
  return mapped(context, [alpha](double x) { return x > alpha ? x : 0; });
}

Outputs elu_kernel(KernelContext& context) {
  const double alpha = parameter(context, "alpha", 1);
  return mapped(context, [alpha](double x) { return elu(x, alpha); });
}

Outputs celu_kernel(KernelContext& context) {
  const double alpha = parameter(context, "alpha", 1);
  return mapped(context, [alpha](double x) { return x < 0 ? alpha * std::expm1(x / alpha) : x; });
}

Outputs selu_kernel(KernelContext& context) {
  const double alpha = parameter(context, "alpha", 1.67326319217681884765625F);
  const double gamma = parameter(context, "gamma", 1.05070102214813232421875F);
  return mapped(context, [=](double x) { return gamma * elu(x, alpha); });
}

Outputs sigmoid_kernel(KernelContext& context) { return mapped(context, logistic); }

Outputs hard_sigmoid_kernel(KernelContext& context) {
  const double alpha = parameter(context, "alpha", 0.2F);
  const double beta = parameter(context, "beta", 0.5F);
  return mapped(context, [=](double x) { return hard_sigmoid(x, alpha, beta); });
}

Outputs hard_swish_kernel(KernelContext& context) {
  return mapped(context, [](double x) { return x * hard_sigmoid(x, 1.0 / 6.0, 0.5); });
}

Outputs swish_kernel(KernelContext& context) {
  const double alpha = parameter(context, "alpha", 1);
  return mapped(context, [alpha](double x) { return swish(x, alpha); });
}

Outputs mish_kernel(KernelContext& context) {
  return mapped(context, [](double x) { return x * std::tanh(softplus(x)); });
}

Outputs gelu_kernel(KernelContext& context) {
  const std::string approximate = context.node().string_or("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    return fail(ErrorCode::kInvalid, "approximate '{}' is unknown", approximate);
  }
  return mapped(context, approximate == "tanh" ? fast_gelu : gelu);
}

Outputs softplus_kernel(KernelContext& context) { return mapped(context, softplus); }

Outputs softsign_kernel(KernelContext& context) {
  return mapped(context, [](double x) { return x / (1 + std::fabs(x)); });
}

Outputs shrink_kernel(KernelContext& context) {
  const double bias = parameter(context, "bias", 0);
  const double lambda = parameter(context, "lambd", 0.5F);
  return mapped(context,
                [=](double x) { return x < -lambda ? x + bias : (x > lambda ? x - bias : 0); });
}

Outputs prelu_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers slope, numbers_input(context, 1));
  ARETE_TRY_ASSIGN(const Shape shape, tensor::broadcast(x.shape, slope.shape));
  ARETE_TRY(require_shape("the broadcast slope", shape, x.shape));
  const auto strides = broadcast_strides(slope.shape, x.shape);
  for_each_offset<1>(x.shape, {strides}, [&](std::int64_t flat, std::int64_t at) {
    x[flat] = x[flat] < 0 ? x[flat] * slope[at] : x[flat];
  });
  return outputs_of(x.tensor());
}

Outputs swiglu_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers gate, numbers_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers value, numbers_input(context, 1));
  ARETE_TRY(require_shape("B", value.shape, gate.shape));
  const double alpha = parameter(context, "alpha", 1);
  for (std::int64_t i = 0; i < gate.size(); ++i) {
    gate[i] = swish(gate[i], alpha) * value[i];
  }
  return outputs_of(gate.tensor());
}

constexpr Operator elementwise_row(std::string_view name, int since, Kernel kernel) {
  return {"", name, since, 1, 1, kernel, same_as_input};
}

}  // namespace

std::span<const Operator> activation_family() {
  static constexpr std::array kRows = {
      elementwise_row("Celu", 12, celu_kernel),
      elementwise_row("Elu", 1, elu_kernel),
      elementwise_row("Gelu", 20, gelu_kernel),
      elementwise_row("HardSigmoid", 1, hard_sigmoid_kernel),
      elementwise_row("HardSwish", 14, hard_swish_kernel),
      elementwise_row("Hardmax", 1, coercing_hardmax_kernel),
      elementwise_row("Hardmax", 13, hardmax_kernel),
      elementwise_row("LeakyRelu", 1, leaky_relu_kernel),
      elementwise_row("LogSoftmax", 1, coercing_log_softmax_kernel),
      elementwise_row("LogSoftmax", 13, log_softmax_kernel),
      elementwise_row("Mish", 18, mish_kernel),
      Operator{"", "PRelu", 7, 2, 2, prelu_kernel, same_as_input},
      elementwise_row("Relu", 1, relu_kernel),
      elementwise_row("Selu", 1, selu_kernel),
      elementwise_row("Shrink", 9, shrink_kernel),
      elementwise_row("Sigmoid", 1, sigmoid_kernel),
      elementwise_row("Softmax", 1, coercing_softmax_kernel),
      elementwise_row("Softmax", 13, softmax_kernel),
      elementwise_row("Softplus", 1, softplus_kernel),
      elementwise_row("Softsign", 1, softsign_kernel),
      Operator{"", "SwiGLU", 28, 2, 2, swiglu_kernel, same_as_input},
      elementwise_row("Swish", 24, swish_kernel),
      elementwise_row("ThresholdedRelu", 10, thresholded_relu_kernel),
  };
  return kRows;
}

}  // namespace arete::model::operators
