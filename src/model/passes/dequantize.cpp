// SPDX-License-Identifier: Apache-2.0
#include "model/passes/dequantize.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/reference/quantized_values.hpp"

namespace arete::model {
namespace {

/// Operators whose results a converter may have left to saturation to rectify.
constexpr std::array<std::string_view, 9> kRectifiable = {
    "Add", "BatchNormalization", "Conv", "ConvTranspose", "Div", "Gemm", "MatMul", "Mul", "Sub"};

/// True if the integers begin at zero: quantizing is then a ReLU, or a ReLU6 if they end at 6, and
/// files leave the activation itself out.
bool rectifies(const Value& value) {
  const auto& q = value.quantization;
  return q && q->per_tensor() && q->expressed == tensor::DType::kF32 &&
         q->zero_point(0) == tensor::integer_range(q->stored).lowest;
}

/// Puts a Clip where saturation was an activation. Other saturation is an accident of calibration.
void keep_activations(Model& model) {
  std::vector<Node> nodes;
  nodes.reserve(model.graph.nodes.size());
  for (Node& node : model.graph.nodes) {
    const bool fits = node.domain.empty() && !node.outputs.empty() &&
                      std::ranges::find(kRectifiable, node.op_type) != kRectifiable.end() &&
                      rectifies(model.value(node.outputs[0]));
    const ValueId result = node.outputs.empty() ? kNoValue : node.outputs[0];
    nodes.push_back(std::move(node));
    if (!fits) {
      continue;
    }
    Value before = model.value(result);
    const auto range = tensor::integer_range(before.quantization->stored);
    const float highest = tensor::dequantize(range.highest, before.quantization->scales[0],
                                             before.quantization->zero_point(0));
    const std::string name = before.name;
    before.name = model.unique_name(name + "/unbounded");
    before.quantization.reset();
    before.metadata.clear();
    nodes.back().outputs[0] = model.add_value(std::move(before));
    Node clip;
    clip.op_type = "Clip";
    clip.name = name + "/activation";
    clip.inputs = {
        nodes.back().outputs[0],
        model.add_constant(model.unique_name(name + "/lowest"), tensor::Tensor::scalar(0.0F)),
        model.add_constant(model.unique_name(name + "/highest"), tensor::Tensor::scalar(highest))};
    clip.outputs = {result};
    nodes.push_back(std::move(clip));
  }
  model.graph.nodes = std::move(nodes);
}

}  // namespace

Result<Model> dequantize_model(Model model) {
  keep_activations(model);
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    Value& value = model.value(ValueId{static_cast<std::uint32_t>(i)});
    if (!value.quantization) {
      continue;
    }
    if (value.constant) {
      ARETE_TRY_ASSIGN(value.constant, dequantized(*value.constant, *value.quantization),
                       "constant '{}'", value.name);
    }
    value.dtype = value.quantization->expressed;
    value.quantization.reset();
    value.metadata.erase("state.initial");  // bytes of the stored type
  }
  model.arithmetic = Arithmetic::kQdqFloat;
  return model;
}

}  // namespace arete::model
