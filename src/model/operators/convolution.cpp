// The family of convolutions: its table and the shape rules of the forward ones.
// SPDX-License-Identifier: Apache-2.0
#include "model/operators/convolution.hpp"

#include <algorithm>
#include <array>

#include "model/operators/families.hpp"
#include "model/operators/rules.hpp"

namespace arete::model::operators {
namespace {

Status conv_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, conv_output_shape(context, 1));
  context.set_output(0, context.input(0).dtype, std::move(shape));
  return {};
}

Status conv_integer_shape(ShapeContext& context) {
  ARETE_TRY_ASSIGN(auto shape, conv_output_shape(context, 1));
  context.set_output(0, tensor::DType::kI32, std::move(shape));
  return {};
}

std::optional<std::int64_t> conv_macs_of_input_1(const Node&, std::span<const ShapeFacts> inputs,
                                                 std::span<const ShapeFacts> outputs) {
  return conv_macs(inputs, outputs, 1);
}

/// Every input element meets every tap of its group's filters.
std::optional<std::int64_t> conv_transpose_macs(const Node&, std::span<const ShapeFacts> inputs,
                                                std::span<const ShapeFacts>) {
  const auto x = elements_of(inputs[0].shape);
  const auto w = elements_of(inputs[1].shape);
  if (!x || !w || (*inputs[1].shape)[0].size() < 1) {
    return std::nullopt;
  }
  return *x * (*w / (*inputs[1].shape)[0].size());
}

}  // namespace

Result<std::optional<SymbolicShape>> conv_output_shape(ShapeContext& context, std::size_t weight) {
  const ShapeFacts& x = context.input(0);
  const ShapeFacts& w = context.input(weight);
  if (!x.shape) {
    return std::optional<SymbolicShape>();
  }
  if (x.shape->size() < 3 || (w.shape && w.shape->size() != x.shape->size())) {
    return fail(ErrorCode::kInvalid, "input {} and weight {} do not fit", text_of(*x.shape),
                w.shape ? text_of(*w.shape) : "?");
  }
  SymbolicShape output(x.shape->size());
  output[0] = (*x.shape)[0];
  if (!w.shape) {
    return std::optional(output);
  }
  output[1] = (*w.shape)[0];
  const auto known = concrete(*w.shape);
  if (!known) {
    return std::optional(output);
  }
  ARETE_TRY_ASSIGN(const auto attributes, window_attributes(context.node(), output.size() - 2,
                                                            {known->begin() + 2, known->end()}));
  ARETE_TRY_ASSIGN(const auto spatial, window_outputs(attributes, std::span(*x.shape).subspan(2)));
  std::ranges::copy(spatial, output.begin() + 2);
  return std::optional(output);
}

std::optional<std::int64_t> conv_macs(std::span<const ShapeFacts> inputs,
                                      std::span<const ShapeFacts> outputs, std::size_t weight) {
  if (inputs.size() <= weight || outputs.empty()) {
    return std::nullopt;
  }
  const auto w = elements_of(inputs[weight].shape);
  const auto y = elements_of(outputs[0].shape);
  if (!w || !y || (*inputs[weight].shape)[0].size() < 1) {
    return std::nullopt;
  }
  return *y * (*w / (*inputs[weight].shape)[0].size());
}

std::span<const Operator> convolution_family() {
  static constexpr std::array kRows = {
      Operator{"", "CausalConvWithState", 27, 2, 4, causal_conv_kernel, causal_conv_shape,
               conv_macs_of_input_1},
      Operator{"", "Col2Im", 18, 3, 3, col2im_kernel, col2im_shape},
      Operator{"", "Conv", 1, 2, 3, conv_kernel, conv_shape, conv_macs_of_input_1},
      Operator{"", "ConvInteger", 10, 2, 4, conv_integer_kernel, conv_integer_shape,
               conv_macs_of_input_1},
      Operator{"", "ConvTranspose", 1, 2, 3, conv_transpose_kernel, conv_transpose_shape,
               conv_transpose_macs},
      Operator{"", "DeformConv", 19, 3, 5, deform_conv_kernel, conv_shape, conv_macs_of_input_1},
  };
  return kRows;
}

}  // namespace arete::model::operators
