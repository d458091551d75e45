// The family of quantization: QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, QLinearConv.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/quantization.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/operators/convolution.hpp"
#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"
#include "model/operators/quantized_math.hpp"
#include "tensor/small_float.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// A number as the given floating type would hold it.
float rounded_to(DType dtype, float value) {
  switch (dtype) {
    case DType::kF16:
      return tensor::to_float(tensor::to_float16(value));
    case DType::kBf16:
      return tensor::to_float(tensor::to_bfloat16(value));
    default:
      return value;
  }
}

Status require_zero_point(const Tensor* zero_point, const Tensor& scale) {
  if (zero_point != nullptr && zero_point->elements() != scale.elements()) {
    return fail(ErrorCode::kInvalid, "zero point {} and scale {} differ in shape",
                zero_point->shape().text(), scale.shape().text());
  }
  return {};
}

Outputs dynamic_quantize_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(DynamicallyQuantized made, dynamically_quantized(*x));
  return outputs_of({std::move(made.steps), Tensor::scalar<float>(made.scale),
                     Tensor::scalar<std::uint8_t>(made.zero_point)});
}

Status dynamic_quantize_shape(ShapeContext& context) {
  context.set_output(0, DType::kU8, context.input(0).shape);
  context.set_output(1, DType::kF32, SymbolicShape());
  context.set_output(2, DType::kU8, SymbolicShape());
  return {};
}

Outputs qlinear_conv_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* w, context.input(3));
  ARETE_TRY_ASSIGN(const ConvGeometry geometry,
                   conv_geometry(context.node(), x->shape(), w->shape()));
  ARETE_TRY_ASSIGN(const auto left, centered_integers(*x, context.optional_input(2), 1));
  ARETE_TRY_ASSIGN(const auto right, centered_integers(*w, context.optional_input(5), 0));
  ARETE_TRY_ASSIGN(const Requantization requantize,
                   requantization(context, 1, 4, 6, 7, geometry.filters));
  ARETE_TRY_ASSIGN(const std::int64_t count, result_elements(geometry.output));
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(count));
  const std::int64_t plane = geometry.output.elements(2, geometry.output.rank());
  if (const Tensor* bias = context.optional_input(8)) {
    ARETE_TRY(require_shape("bias", bias->shape(), {geometry.filters}));
    ARETE_TRY_ASSIGN(const auto start, centered_integers(*bias, nullptr, 0));
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] = start[i / static_cast<std::size_t>(plane) % start.size()];
    }
  }
  add_convolution<std::uint32_t>(geometry, left.data(), right.data(), sums.data());
  std::vector<std::int64_t> steps(sums.size());
  for (std::int64_t i = 0; i < count; ++i) {
    steps[static_cast<std::size_t>(i)] =
        requantize(signed_sum(sums[static_cast<std::size_t>(i)]), i / plane % geometry.filters);
  }
  return outputs_of(rounded_tensor<std::int64_t>(requantize.stored, geometry.output, steps));
}

Status qlinear_conv_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, conv_output_shape(context, 3));
  context.set_output(0, context.input(7).dtype, std::move(shape));
  return {};
}

std::optional<std::int64_t> qlinear_conv_macs(const Node&, std::span<const ShapeFacts> inputs,
                                              std::span<const ShapeFacts> outputs) {
  return conv_macs(inputs, outputs, 3);
}

Result<Tensor> quantized_floats(const std::vector<float>& numbers, const Shape& shape,
                                const QuantizeTarget& target) {
  ARETE_TRY_ASSIGN(Tensor y, Tensor::allocate(target.stored, shape));
  if (tensor::is_packed(target.stored)) {
    return rounded_tensor<float>(target.stored, shape, numbers);
  }
  const auto bytes = y.mutable_bytes();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    bytes[i] =
        std::byte{tensor::small_float_from_float(target.stored, numbers[i], target.saturate)};
  }
  return y;
}

bool is_small_float(DType dtype) {
  return tensor::is_floating(dtype) && tensor::bits_of(dtype) <= 8;
}

}  // namespace

Result<ScaleMap> scale_map(const Shape& tensor, const Shape& scale, std::int64_t axis,
                           std::int64_t block_size) {
  ScaleMap map;
  if (scale.elements() == 1 && scale.rank() <= 1) {
    return map;
  }
  ARETE_TRY_ASSIGN(const std::size_t at, tensor::normalize_axis(axis, tensor.rank()));
  map.single = false;
  map.split = split_at(tensor, at);
  if (scale.rank() == 1 && block_size == 0) {
    ARETE_TRY(require_shape("scale", scale, {tensor[at]}));
    return map;
  }
  if (scale.rank() != tensor.rank() || scale[at] < 1 || block_size < 0) {
    return fail(ErrorCode::kInvalid, "scale {} does not fit a tensor of shape {}", scale.text(),
                tensor.text());
  }
  map.block = block_size > 0 ? block_size : (tensor[at] + scale[at] - 1) / scale[at];
  map.block = std::max<std::int64_t>(map.block, 1);
  Shape wanted = tensor;
  wanted[at] = (tensor[at] + map.block - 1) / map.block;
  ARETE_TRY(require_shape("scale", scale, wanted));
  return map;
}

Result<Tensor> dequantized(const Tensor& x, const Tensor& scale, const Tensor* zero_point,
                           const ScaleMap& map, DType target) {
  ARETE_TRY(require_zero_point(zero_point, scale));
  ARETE_TRY_ASSIGN(const auto steps, ElementsAs<double>::of(x));
  ARETE_TRY_ASSIGN(const auto scales, ElementsAs<float>::of(scale));
  std::vector<double> zeros(scales.size(), 0);
  if (zero_point != nullptr) {
    ARETE_TRY_ASSIGN(const auto given, ElementsAs<double>::of(*zero_point));
    zeros.assign(given.begin(), given.end());
  }
  std::vector<float> y(steps.size());
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    const std::int64_t at = map(i);
    y[static_cast<std::size_t>(i)] =
        static_cast<float>(steps[i] - zeros[static_cast<std::size_t>(at)]) * scales[at];
  }
  return rounded_tensor<float>(target, x.shape(), y);
}

Result<Tensor> quantized(const Tensor& x, const Tensor& scale, const Tensor* zero_point,
                         const ScaleMap& map, const QuantizeTarget& target) {
  ARETE_TRY(require_zero_point(zero_point, scale));
  const bool to_float = is_small_float(target.stored);
  if (!to_float && !tensor::is_integer(target.stored)) {
    return fail(ErrorCode::kUnsupported, "quantizing to {}", tensor::name_of(target.stored));
  }
  ARETE_TRY_ASSIGN(const auto numbers, ElementsAs<float>::of(x));
  ARETE_TRY_ASSIGN(const auto scales, ElementsAs<float>::of(scale));
  std::vector<double> zeros(scales.size(), 0);
  if (zero_point != nullptr) {
    ARETE_TRY_ASSIGN(const auto given, ElementsAs<double>::of(*zero_point));
    zeros.assign(given.begin(), given.end());
  }
  std::vector<std::int64_t> steps(to_float ? 0 : numbers.size());
  std::vector<float> floats(to_float ? numbers.size() : 0);
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    const std::int64_t at = map(i);
    const float ratio = rounded_to(target.precision, numbers[i] / scales[at]);
    const double zero = zeros[static_cast<std::size_t>(at)];
    if (to_float) {
      floats[static_cast<std::size_t>(i)] = ratio + static_cast<float>(zero);
    } else {
      steps[static_cast<std::size_t>(i)] =
          to_steps(ratio, static_cast<std::int64_t>(zero), target.stored);
    }
  }
  return to_float ? quantized_floats(floats, x.shape(), target)
                  : rounded_tensor<std::int64_t>(target.stored, x.shape(), steps);
}

Outputs quantize_linear_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* scale, context.input(1));
  const Node& node = context.node();
  const Tensor* zero_point = context.optional_input(2);
  QuantizeTarget target{.stored = DType::kU8,
                        .precision = scale->dtype(),
                        .saturate = node.integer_or("saturate", 1) != 0};
  if (const std::int64_t wanted = node.integer_or("output_dtype", 0); wanted != 0) {
    target.stored = dtype_from_onnx(wanted);
  } else if (zero_point != nullptr) {
    target.stored = zero_point->dtype();
  }
  if (const std::int64_t precision = node.integer_or("precision", 0); precision != 0) {
    target.precision = dtype_from_onnx(precision);
  }
  ARETE_TRY_ASSIGN(const ScaleMap map,
                   scale_map(x->shape(), scale->shape(), node.integer_or("axis", 1),
                             node.integer_or("block_size", 0)));
  return outputs_of(quantized(*x, *scale, zero_point, map, target));
}

Outputs dequantize_linear_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const Tensor* scale, context.input(1));
  const Node& node = context.node();
  const std::int64_t wanted = node.integer_or("output_dtype", 0);
  const DType target = wanted != 0 ? dtype_from_onnx(wanted) : scale->dtype();
  if (!tensor::is_floating(target)) {
    return fail(ErrorCode::kInvalid, "dequantizing to {}", tensor::name_of(target));
  }
  ARETE_TRY_ASSIGN(const ScaleMap map,
                   scale_map(x->shape(), scale->shape(), node.integer_or("axis", 1),
                             node.integer_or("block_size", 0)));
  return outputs_of(dequantized(*x, *scale, context.optional_input(2), map, target));
}

Status quantize_linear_shape(ShapeContext& context) {
  const std::int64_t wanted = context.node().integer_or("output_dtype", 0);
  const DType by_zero_point = context.has_input(2) ? context.input(2).dtype : DType::kU8;
  context.set_output(0, wanted != 0 ? dtype_from_onnx(wanted) : by_zero_point,
                     context.input(0).shape);
  return {};
}

Status dequantize_linear_shape(ShapeContext& context) {
  const std::int64_t wanted = context.node().integer_or("output_dtype", 0);
  context.set_output(0, wanted != 0 ? dtype_from_onnx(wanted) : context.input(1).dtype,
                     context.input(0).shape);
  return {};
}

Result<DynamicallyQuantized> dynamically_quantized(const Tensor& x) {
  ARETE_TRY_ASSIGN(const auto numbers, ElementsAs<float>::of(x));
  float lowest = 0;
  float highest = 0;
  for (const float value : numbers) {
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
  DynamicallyQuantized made;
  made.scale = highest == lowest ? 1 : (highest - lowest) / 255;
  made.zero_point = static_cast<std::uint8_t>(to_steps(-lowest / made.scale, 0, DType::kU8));
  std::vector<std::int64_t> steps(numbers.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i] = to_steps(numbers.span()[i] / made.scale, made.zero_point, DType::kU8);
  }
  ARETE_TRY_ASSIGN(made.steps, rounded_tensor<std::int64_t>(DType::kU8, x.shape(), steps));
  return made;
}

std::span<const Operator> quantization_family() {
  static constexpr std::array kRows = {
      Operator{"", "DequantizeLinear", 10, 2, 3, dequantize_linear_kernel, dequantize_linear_shape},
      Operator{"", "DynamicQuantizeLinear", 11, 1, 1, dynamic_quantize_kernel,
               dynamic_quantize_shape},
      Operator{"", "QLinearConv", 10, 8, 9, qlinear_conv_kernel, qlinear_conv_shape,
               qlinear_conv_macs},
      Operator{"", "QuantizeLinear", 10, 2, 3, quantize_linear_kernel, quantize_linear_shape},
  };
  return kRows;
}

}  // namespace arete::model::operators
