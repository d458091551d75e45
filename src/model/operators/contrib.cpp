// The operators of ONNX Runtime's own domain (com.microsoft) that its quantizer and optimizer leave
// in files: quantized ones that compute in float between two quantizations. The fused ones are in
// contrib_fused.cpp. Source: ONNX Runtime's published list of contributed operators.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/contrib.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/operators/activation_functions.hpp"
#include "model/operators/broadcast.hpp"
#include "model/operators/families.hpp"
#include "model/operators/pooling.hpp"
#include "model/operators/quantization.hpp"
#include "model/operators/rules.hpp"
#include "model/operators/softmax.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// Input `first` with its scale and (optional) zero point in the two inputs after it, as reals.
Result<Numbers> real_input(const KernelContext& context, std::size_t first) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(first));
  ARETE_TRY_ASSIGN(const Tensor* scale, context.input(first + 1));
  ARETE_TRY_ASSIGN(const ScaleMap map, scale_map(x->shape(), scale->shape(), 1, 0));
  ARETE_TRY_ASSIGN(const Tensor real,
                   dequantized(*x, *scale, context.optional_input(first + 2), map, DType::kF32));
  return Numbers::of(real);
}

/// Reals to the type of input 0, with the scale and zero point in inputs `scale` and `scale` + 1.
Outputs stored_output(const KernelContext& context, const Numbers& y, std::size_t scale,
                      DType stored) {
  ARETE_TRY_ASSIGN(const Tensor* y_scale, context.input(scale));
  ARETE_TRY_ASSIGN(const Tensor real, rounded_tensor<double>(DType::kF32, y.shape, y.at));
  ARETE_TRY_ASSIGN(const ScaleMap map, scale_map(y.shape, y_scale->shape(), 1, 0));
  return outputs_of(
      quantized(real, *y_scale, context.optional_input(scale + 1), map, {.stored = stored}));
}

Result<DType> stored_type_of(const KernelContext& context, std::size_t i) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(i));
  return x->dtype();
}

template <class Combine>
Outputs qlinear_binary(const KernelContext& context, Combine&& combine) {
  ARETE_TRY_ASSIGN(const Numbers a, real_input(context, 0));
  ARETE_TRY_ASSIGN(const Numbers b, real_input(context, 3));
  ARETE_TRY_ASSIGN(const DType stored, stored_type_of(context, 0));
  ARETE_TRY_ASSIGN(Shape shape, tensor::broadcast(a.shape, b.shape));
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(DType::kF32, shape));
  for_each_offset<2>(shape, {broadcast_strides(a.shape, shape), broadcast_strides(b.shape, shape)},
                     [&](std::int64_t flat, std::int64_t at_a, std::int64_t at_b) {
                       y[flat] = combine(a[at_a], b[at_b]);
                     });
  return stored_output(context, y, 6, stored);
}

Outputs qlinear_add_kernel(KernelContext& context) {
  return qlinear_binary(context, [](double a, double b) { return a + b; });
}
Outputs qlinear_mul_kernel(KernelContext& context) {
  return qlinear_binary(context, [](double a, double b) { return a * b; });
}

template <class Function>
Outputs qlinear_mapped(const KernelContext& context, Function&& function) {
  ARETE_TRY_ASSIGN(Numbers x, real_input(context, 0));
  ARETE_TRY_ASSIGN(const DType stored, stored_type_of(context, 0));
  for (double& value : x.at) {
    value = function(value);
  }
  return stored_output(context, x, 3, stored);
}

Outputs qlinear_sigmoid_kernel(KernelContext& context) { return qlinear_mapped(context, logistic); }
Outputs qlinear_leaky_relu_kernel(KernelContext& context) {
  const double alpha = context.node().float_or("alpha", 0.01F);
  return qlinear_mapped(context, [alpha](double x) { return x < 0 ? alpha * x : x; });
}

Outputs qlinear_softmax_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(Numbers x, real_input(context, 0));
  ARETE_TRY_ASSIGN(const DType stored, stored_type_of(context, 0));
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", -1), x.rank()));
  if (context.node().integer_or("opset", 13) < 13) {
    softmax_along({x.shape.elements(0, axis), x.shape.elements(axis, x.rank()), 1}, x.at);
  } else {
    softmax_along(split_at(x.shape, axis), x.at);
  }
  return stored_output(context, x, 3, stored);
}

Status require_channels_first(const Node& node) {
  if (node.integer_or("channels_last", 0) != 0) {
    return fail(ErrorCode::kUnsupported, "channels_last is not supported");
  }
  return {};
}

Outputs qlinear_average_pool_kernel(KernelContext& context) {
  ARETE_TRY(require_channels_first(context.node()));
  ARETE_TRY_ASSIGN(const Numbers x, real_input(context, 0));
  ARETE_TRY_ASSIGN(const DType stored, stored_type_of(context, 0));
  ARETE_TRY_ASSIGN(const Numbers y, average_pooled(context.node(), x));
  return stored_output(context, y, 3, stored);
}

Outputs qlinear_global_average_pool_kernel(KernelContext& context) {
  ARETE_TRY(require_channels_first(context.node()));
  ARETE_TRY_ASSIGN(const Numbers x, real_input(context, 0));
  ARETE_TRY_ASSIGN(const DType stored, stored_type_of(context, 0));
  ARETE_TRY_ASSIGN(const Numbers y, globally_averaged(x));
  return stored_output(context, y, 3, stored);
}

/// Inputs: output scale and zero point, then three for each part.
Outputs qlinear_concat_kernel(KernelContext& context) {
  std::vector<Numbers> parts;
  for (std::size_t i = 2; i + 1 < context.input_count(); i += 3) {
    ARETE_TRY_ASSIGN(parts.emplace_back(), real_input(context, i));
  }
  if (parts.empty()) {
    return fail(ErrorCode::kInvalid, "QLinearConcat has no parts");
  }
  ARETE_TRY_ASSIGN(const DType stored, stored_type_of(context, 2));
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0), parts[0].rank()));
  Shape shape = parts[0].shape;
  shape[axis] = 0;
  for (const Numbers& part : parts) {
    Shape alike = part.shape;
    if (alike.rank() == shape.rank()) {
      shape[axis] += part.shape[axis];
      alike[axis] = shape[axis];
    }
    ARETE_TRY(require_shape("a part", alike, shape));
  }
  ARETE_TRY_ASSIGN(Numbers y, zero_numbers(DType::kF32, shape));
  const AxisSplit split = split_at(shape, axis);
  std::int64_t start = 0;
  for (const Numbers& part : parts) {
    const std::int64_t block = part.shape[axis] * split.inner;
    for (std::int64_t outer = 0; outer < split.outer; ++outer) {
      std::copy_n(part.at.begin() + outer * block, block,
                  y.at.begin() + outer * split.extent * split.inner + start);
    }
    start += block;
  }
  return stored_output(context, y, 0, stored);
}

Status qlinear_binary_shape(ShapeContext& context) {
  const auto& a = context.input(0).shape;
  const auto& b = context.input(3).shape;
  context.set_output(0, context.input(0).dtype, std::nullopt);
  if (a && b) {
    ARETE_TRY_ASSIGN(SymbolicShape shape, broadcast_symbolic(*a, *b));
    context.set_output(0, context.input(0).dtype, std::move(shape));
  }
  return {};
}

Status qlinear_concat_shape(ShapeContext& context) {
  context.set_output(0, context.input(2).dtype, std::nullopt);
  std::optional<SymbolicShape> shape = context.input(2).shape;
  if (!shape) {
    return {};
  }
  ARETE_TRY_ASSIGN(const std::size_t axis,
                   tensor::normalize_axis(context.node().integer_or("axis", 0), shape->size()));
  for (std::size_t i = 5; i < context.input_count(); i += 3) {
    const auto& part = context.input(i).shape;
    if (!part || part->size() != shape->size()) {
      return {};
    }
    (*shape)[axis] = add((*shape)[axis], (*part)[axis]);
  }
  context.set_output(0, context.input(2).dtype, std::move(shape));
  return {};
}

constexpr std::string_view kMicrosoft = "com.microsoft";

}  // namespace

std::span<const Operator> contrib_family() {
  static constexpr std::array kRows = {
      Operator{kMicrosoft, "BiasGelu", 1, 2, 2, bias_gelu_kernel, same_as_input},
      Operator{kMicrosoft, "DequantizeLinear", 1, 2, 3, dequantize_linear_kernel,
               dequantize_linear_shape},
      Operator{kMicrosoft, "DynamicQuantizeMatMul", 1, 3, 5, dynamic_quantize_matmul_kernel,
               contrib_matmul_shape, contrib_matmul_macs},
      Operator{kMicrosoft, "FastGelu", 1, 1, 2, fast_gelu_kernel, same_as_input},
      Operator{kMicrosoft, "FusedConv", 1, 2, 4, fused_conv_kernel, fused_conv_shape,
               fused_conv_macs},
      Operator{kMicrosoft, "FusedMatMul", 1, 2, 2, fused_matmul_kernel, fused_matmul_shape,
               contrib_matmul_macs},
      Operator{kMicrosoft, "Gelu", 1, 1, 1, contrib_gelu_kernel, same_as_input},
      Operator{kMicrosoft, "MatMulIntegerToFloat", 1, 4, 7, matmul_integer_to_float_kernel,
               contrib_matmul_shape, contrib_matmul_macs},
      Operator{kMicrosoft, "MatMulNBits", 1, 3, 6, matmul_nbits_kernel, matmul_nbits_shape,
               contrib_matmul_macs},
      Operator{kMicrosoft, "QLinearAdd", 1, 7, 8, qlinear_add_kernel, qlinear_binary_shape},
      Operator{kMicrosoft, "QLinearAveragePool", 1, 4, 5, qlinear_average_pool_kernel, pool_shape},
      Operator{kMicrosoft, "QLinearConcat", 1, 4, kVariadic, qlinear_concat_kernel,
               qlinear_concat_shape},
      Operator{kMicrosoft, "QLinearGlobalAveragePool", 1, 4, 5, qlinear_global_average_pool_kernel,
               global_pool_shape},
      Operator{kMicrosoft, "QLinearLeakyRelu", 1, 4, 5, qlinear_leaky_relu_kernel, same_as_input},
      Operator{kMicrosoft, "QLinearMul", 1, 7, 8, qlinear_mul_kernel, qlinear_binary_shape},
      Operator{kMicrosoft, "QLinearSigmoid", 1, 4, 5, qlinear_sigmoid_kernel, same_as_input},
      Operator{kMicrosoft, "QLinearSoftmax", 1, 4, 5, qlinear_softmax_kernel, same_as_input},
      Operator{kMicrosoft, "QuantizeLinear", 1, 2, 3, quantize_linear_kernel,
               quantize_linear_shape},
      Operator{kMicrosoft, "SkipLayerNormalization", 1, 3, 5, skip_layer_normalization_kernel,
               skip_layer_normalization_shape},
  };
  return kRows;
}

}  // namespace arete::model::operators
