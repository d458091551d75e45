// Fused operators of ONNX Runtime's domain: activations with a bias, FusedConv and
// SkipLayerNormalization.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include "model/operators/activation_functions.hpp"
#include "model/operators/broadcast.hpp"
#include "model/operators/contrib.hpp"
#include "model/operators/convolution.hpp"
#include "model/operators/normalization.hpp"

namespace arete::model::operators {
namespace {

using tensor::Shape;
using tensor::Tensor;

/// x += addend, broadcast to x.
Status add_broadcast(Numbers& x, const Numbers& addend) {
  ARETE_TRY_ASSIGN(const Shape shape, tensor::broadcast(x.shape, addend.shape));
  ARETE_TRY(require_shape("the broadcast addend", shape, x.shape));
  for_each_offset<1>(x.shape, {broadcast_strides(addend.shape, x.shape)},
                     [&](std::int64_t flat, std::int64_t at) { x[flat] += addend[at]; });
  return {};
}

Outputs gelu_with_bias(const KernelContext& context, double (*function)(double)) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  if (context.has_input(1)) {
    ARETE_TRY_ASSIGN(const Numbers bias, numbers_input(context, 1));
    ARETE_TRY(add_broadcast(x, bias));
  }
  for (double& value : x.at) {
    value = function(value);
  }
  return outputs_of(x.tensor());
}

/// The attribute `activation` with its parameters.
Result<double> fused_activation(const Node& node, double x) {
  const std::string name = node.string_or("activation", "");
  const auto* parameters = node.attribute<std::vector<float>>("activation_params");
  const auto parameter = [&](std::size_t i, double fallback) {
    return parameters != nullptr && i < parameters->size() ? double{(*parameters)[i]} : fallback;
  };
  if (name.empty()) {
    return x;
  }
  if (name == "Relu") {
    return rectified(x);
  }
  if (name == "Tanh") {
    return std::tanh(x);
  }
  if (name == "Sigmoid") {
    return logistic(x);
  }
  if (name == "LeakyRelu") {
    return x < 0 ? parameter(0, 0.01) * x : x;
  }
  if (name == "Clip") {
    return std::fmin(std::fmax(x, parameter(0, -HUGE_VAL)), parameter(1, HUGE_VAL));
  }
  if (name == "HardSigmoid") {
    return hard_sigmoid(x, parameter(0, 0.2), parameter(1, 0.5));
  }
  return fail(ErrorCode::kUnsupported, "fused activation '{}'", name);
}

}  // namespace

Outputs contrib_gelu_kernel(KernelContext& context) { return gelu_with_bias(context, gelu); }
Outputs fast_gelu_kernel(KernelContext& context) { return gelu_with_bias(context, fast_gelu); }
Outputs bias_gelu_kernel(KernelContext& context) { return gelu_with_bias(context, gelu); }

Outputs fused_conv_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const std::vector<Datum> plain, conv_kernel(context));
  ARETE_TRY_ASSIGN(Numbers y, Numbers::of(plain[0].tensor));
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(const Numbers addend, numbers_input(context, 3));
    ARETE_TRY(add_broadcast(y, addend));
  }
  for (double& value : y.at) {
    ARETE_TRY_ASSIGN(value, fused_activation(context.node(), value));
  }
  return outputs_of(y.tensor());
}

Status fused_conv_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, conv_output_shape(context, 1));
  context.set_output(0, context.input(0).dtype, std::move(shape));
  return {};
}

std::optional<std::int64_t> fused_conv_macs(const Node&, std::span<const ShapeFacts> inputs,
                                            std::span<const ShapeFacts> outputs) {
  return conv_macs(inputs, outputs, 1);
}

Outputs skip_layer_normalization_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, numbers_input(context, 0));
  for (const std::size_t addend : {std::size_t{1}, std::size_t{4}}) {  // skip, bias
    if (addend == 1 || context.has_input(addend)) {
      ARETE_TRY_ASSIGN(const Numbers numbers, numbers_input(context, addend));
      ARETE_TRY(add_broadcast(x, numbers));
    }
  }
  ARETE_TRY(require_rank("input", x.shape, 1, 8));
  const Numbers sum = x;
  ARETE_TRY_ASSIGN(const Numbers scale, numbers_input(context, 2));
  constexpr float kEpsilon = 1e-12F;
  const LaneStatistics lanes =
      normalize_lanes(x, x.rank() - 1, context.node().float_or("epsilon", kEpsilon), true);
  Numbers beta;
  if (context.has_input(3)) {
    ARETE_TRY_ASSIGN(beta, numbers_input(context, 3));
  }
  ARETE_TRY(scale_and_shift(x, scale, context.has_input(3) ? &beta : nullptr));
  Shape saved = x.shape;
  saved[x.rank() - 1] = 1;
  return outputs_of({x.tensor(), rounded_tensor<double>(tensor::DType::kF32, saved, lanes.mean),
                     rounded_tensor<double>(tensor::DType::kF32, saved, lanes.inverse_deviation),
                     sum.tensor()});
}

Status skip_layer_normalization_shape(ShapeContext& context) {
  const ShapeFacts& x = context.input(0);
  std::optional<SymbolicShape> saved = x.shape;
  if (saved && !saved->empty()) {
    saved->back() = Dim(1);
  }
  context.set_output(0, x.dtype, x.shape);
  context.set_output(1, tensor::DType::kF32, saved);
  context.set_output(2, tensor::DType::kF32, saved);
  context.set_output(3, x.dtype, x.shape);
  return {};
}

}  // namespace arete::model::operators
