// Operators that work element by element: arithmetic, comparison, activations, casts and changes
// of quantization.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "model/tflite/families.hpp"

namespace arete::model::tflite {
namespace {

using tensor::DType;

Result<std::vector<ValueId>> all_values(Op& op, std::size_t count) {
  ARETE_TRY(op.expect(count));
  std::vector<ValueId> values;
  for (std::size_t i = 0; i < count; ++i) {
    ARETE_TRY_ASSIGN(const ValueId id, op.value(i));
    values.push_back(id);
  }
  return values;
}

fb::ActivationFunctionType fused_activation(Op& op) {
  if (const auto* both = op.options<fb::BinaryOptions>()) {
    return both->fused_activation_function();
  }
  if (const auto* one = op.options<fb::ActivatedOptions>()) {
    return one->fused_activation_function();
  }
  return fb::ActivationFunctionType::NONE;
}

Status binary(Op& op, std::string_view op_type, Attributes attributes = {}) {
  ARETE_TRY_ASSIGN(auto inputs, all_values(op, 2));
  return op.finish_activated({op_type, std::move(inputs), std::move(attributes)},
                             fused_activation(op));
}

Status unary(Op& op, std::string_view op_type, Attributes attributes = {}) {
  ARETE_TRY_ASSIGN(auto inputs, all_values(op, 1));
  return op.finish({{op_type, std::move(inputs), std::move(attributes)}});
}

/// The activation functions that are operators of their own.
template <fb::ActivationFunctionType kKind>
Status activation(Op& op) {
  ARETE_TRY(op.expect(1));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  ARETE_TRY_ASSIGN(auto steps, activation_steps(op, kKind));
  // Outputs with a quantization of their own are requantized by the step itself.
  steps.front().inputs.insert(steps.front().inputs.begin(), x);
  return op.finish(std::move(steps));
}

template <std::array kName>
Status named_unary(Op& op) {
  return unary(op, std::string_view(kName.data(), kName.size() - 1));
}
template <std::array kName>
Status named_binary(Op& op) {
  return binary(op, std::string_view(kName.data(), kName.size() - 1));
}

Status relu_0_to_1(Op& op) {
  ARETE_TRY(op.expect(1));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish({{"Clip", {x, op.scalar(0.0F), op.scalar(1.0F)}, {}}});
}

Status leaky_relu(Op& op) {
  const auto* options = op.options<fb::LeakyReluOptions>();
  return unary(op, "LeakyRelu", {{"alpha", options == nullptr ? 0.0F : options->alpha()}});
}

Status gelu(Op& op) {
  const auto* options = op.options<fb::GeluOptions>();
  const bool approximate = options != nullptr && options->approximate();
  return unary(op, "Gelu", {{"approximate", std::string(approximate ? "tanh" : "none")}});
}

Status softmax(Op& op) {
  ARETE_TRY(op.expect(1));
  ARETE_TRY_ASSIGN(ValueId x, op.value(0));
  const auto* options = op.options<fb::SoftmaxOptions>();
  const float beta = options == nullptr ? 1.0F : options->beta();
  if (beta != 1.0F) {
    ValueType type = op.type_of(op.tensor(0));
    type.quantization.reset();
    x = op.emit({"Mul", {x, op.scalar(beta)}, {}}, std::move(type));
  }
  return op.finish({{"Softmax", {x}, {{"axis", std::int64_t{-1}}}}});
}

Status log_softmax(Op& op) { return unary(op, "LogSoftmax", {{"axis", std::int64_t{-1}}}); }

/// x * x, keeping one rounding for quantized values.
Status square(Op& op) {
  ARETE_TRY(op.expect(1));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  return op.finish({{"Mul", {x, x}, {}}});
}

/// A value in between that stays real, so that only the end is rounded.
ValueType real_type(Op& op) {
  ValueType type = op.type_of(op.output());
  type.quantization.reset();
  return type;
}

Status reciprocal_root(Op& op) {
  ARETE_TRY(op.expect(1));
  ARETE_TRY_ASSIGN(const ValueId x, op.value(0));
  const ValueId root = op.emit({"Sqrt", {x}, {}}, real_type(op));
  return op.finish({{"Reciprocal", {root}, {}}});
}

Status squared_difference(Op& op) {
  ARETE_TRY_ASSIGN(auto inputs, all_values(op, 2));
  const ValueId difference = op.emit({"Sub", std::move(inputs), {}}, real_type(op));
  return op.finish({{"Mul", {difference, difference}, {}}});
}

Status floor_div(Op& op) {
  ARETE_TRY_ASSIGN(auto inputs, all_values(op, 2));
  if (tensor::is_integer(op.tensor(0).dtype())) {  // ONNX's Div rounds towards zero
    const ValueId rest = op.emit({"Mod", inputs, {}}, op.type_of(op.output()));
    const ValueId whole = op.emit({"Sub", {inputs[0], rest}, {}}, op.type_of(op.output()));
    return op.finish({{"Div", {whole, inputs[1]}, {}}});
  }
  const ValueId quotient = op.emit({"Div", std::move(inputs), {}}, real_type(op));
  return op.finish({{"Floor", {quotient}, {}}});
}

Status floor_mod(Op& op) {
  ARETE_TRY_ASSIGN(auto inputs, all_values(op, 2));
  if (tensor::is_integer(op.tensor(0).dtype())) {
    return op.finish({{"Mod", std::move(inputs), {}}});
  }
  const ValueId quotient = op.emit({"Div", inputs, {}}, real_type(op));
  const ValueId floored = op.emit({"Floor", {quotient}, {}}, real_type(op));
  const ValueId product = op.emit({"Mul", {floored, inputs[1]}, {}}, real_type(op));
  return op.finish({{"Sub", {inputs[0], product}, {}}});
}

Status not_equal(Op& op) {
  ARETE_TRY_ASSIGN(auto inputs, all_values(op, 2));
  const ValueId equal = op.emit({"Equal", std::move(inputs), {}}, op.type_of(op.output()));
  return op.finish({{"Not", {equal}, {}}});
}

Status select(Op& op) {
  ARETE_TRY_ASSIGN(auto inputs, all_values(op, 3));
  return op.finish({{"Where", std::move(inputs), {}}});
}

Status add_n(Op& op) {
  ARETE_TRY_ASSIGN(auto inputs, all_values(op, op.input_count()));
  return op.finish({{"Sum", std::move(inputs), {}}});
}

std::optional<std::int64_t> onnx_type(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return 1;
    case DType::kU8:
      return 2;
    case DType::kI8:
      return 3;
    case DType::kU16:
      return 4;
    case DType::kI16:
      return 5;
    case DType::kI32:
      return 6;
    case DType::kI64:
      return 7;
    case DType::kBool:
      return 9;
    case DType::kF16:
      return 10;
    case DType::kF64:
      return 11;
    case DType::kU32:
      return 12;
    case DType::kU64:
      return 13;
    case DType::kBf16:
      return 16;
    default:
      return std::nullopt;
  }
}

Status cast(Op& op) {
  ARETE_TRY(op.expect(1));
  const auto target = onnx_type(op.output().dtype());
  if (!target) {
    return fail(ErrorCode::kUnsupported, "cast to {}", tensor::name_of(op.output().dtype()));
  }
  return unary(op, "Cast", {{"to", *target}});
}

/// Quantization lies on the values, so a change of it is an Identity between two of them.
Status quantize(Op& op) {
  ARETE_TRY(op.expect(1));
  if (!op.output().quantization) {
    return fail(ErrorCode::kCorrupt, "output '{}' has no scale", op.output().name);
  }
  return unary(op, "Identity");
}

Status dequantize(Op& op) {
  ARETE_TRY(op.expect(1));
  FileTensor& source = op.tensor(0);
  if (source.quantization) {
    return unary(op, "Identity");
  }
  if (source.stored != DType::kF16 && source.stored != DType::kBf16) {
    return fail(ErrorCode::kCorrupt, "input '{}' has no scale", source.name);
  }
  FileTensor& target = op.output();
  if (source.constant && !source.half && target.value == kNoValue && !target.constant) {
    target.constant = source.constant;  // stays f16; its users see it through a Cast
    target.half = true;
    return {};
  }
  return unary(op, "Cast", {{"to", std::int64_t{1}}});
}

/// The constant is dense already: tensors.cpp does it for every sparse tensor.
Status densify_constant(Op& op) {
  ARETE_TRY(op.expect(1));
  FileTensor& target = op.output();
  if (!op.tensor(0).constant || target.value != kNoValue || target.constant) {
    return fail(ErrorCode::kCorrupt, "densifies '{}', which is not a constant", op.tensor(0).name);
  }
  target.constant = op.tensor(0).constant;
  target.quantization = op.tensor(0).quantization;
  target.half = op.tensor(0).half;
  target.stored = op.tensor(0).stored;
  return {};
}

constexpr TranslationRow kElementwiseRows[] = {
    {0, named_binary<std::to_array("Add")>},
    {6, dequantize},
    {8, named_unary<std::to_array("Floor")>},
    {14, named_unary<std::to_array("Sigmoid")>},
    {18, named_binary<std::to_array("Mul")>},
    {19, activation<fb::ActivationFunctionType::RELU>},
    {20, activation<fb::ActivationFunctionType::RELU_N1_TO_1>},
    {21, activation<fb::ActivationFunctionType::RELU6>},
    {25, softmax},
    {28, named_unary<std::to_array("Tanh")>},
    {41, named_binary<std::to_array("Sub")>},
    {42, named_binary<std::to_array("Div")>},
    {47, named_unary<std::to_array("Exp")>},
    {50, log_softmax},
    {53, cast},
    {54, named_binary<std::to_array("PRelu")>},
    {55, named_binary<std::to_array("Max")>},
    {57, named_binary<std::to_array("Min")>},
    {58, named_binary<std::to_array("Less")>},
    {59, named_unary<std::to_array("Neg")>},
    {61, named_binary<std::to_array("Greater")>},
    {62, named_binary<std::to_array("GreaterOrEqual")>},
    {63, named_binary<std::to_array("LessOrEqual")>},
    {64, select},
    {66, named_unary<std::to_array("Sin")>},
    {71, named_binary<std::to_array("Equal")>},
    {72, not_equal},
    {73, named_unary<std::to_array("Log")>},
    {75, named_unary<std::to_array("Sqrt")>},
    {76, reciprocal_root},
    {78, named_binary<std::to_array("Pow")>},
    {84, named_binary<std::to_array("Or")>},
    {86, named_binary<std::to_array("And")>},
    {87, named_unary<std::to_array("Not")>},
    {90, floor_div},
    {92, square},
    {95, floor_mod},
    {98, leaky_relu},
    {99, squared_difference},
    {101, named_unary<std::to_array("Abs")>},
    {104, named_unary<std::to_array("Ceil")>},
    {106, add_n},
    {108, named_unary<std::to_array("Cos")>},
    {111, named_unary<std::to_array("Elu")>},
    {114, quantize},
    {116, named_unary<std::to_array("Round")>},
    {117, named_unary<std::to_array("HardSwish")>},
    {123, select},
    {124, densify_constant},
    {150, gelu},
    {152, relu_0_to_1},
    {158, named_unary<std::to_array("Sign")>},
};

}  // namespace

std::span<const TranslationRow> elementwise_rows() { return kElementwiseRows; }

}  // namespace arete::model::tflite
