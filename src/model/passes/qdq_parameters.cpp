// SPDX-License-Identifier: Apache-2.0
#include "model/passes/qdq_parameters.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "model/onnx/element_types.hpp"

namespace arete::model::qdq {
namespace {

using tensor::DType;
using tensor::Quantization;
using tensor::Tensor;

bool known_domain(const Node& node) { return node.domain.empty() || node.domain == kMicrosoft; }

/// Attributes whose meaning is folded; any other keeps the node.
bool only_known_attributes(const Node& node) {
  constexpr std::array<std::string_view, 5> kKnown = {"axis", "block_size", "output_dtype",
                                                      "precision", "saturate"};
  for (const auto& [name, value] : node.attributes) {
    if (std::ranges::find(kKnown, name) == kKnown.end() ||
        !std::holds_alternative<std::int64_t>(value)) {
      return false;
    }
  }
  return node.integer_or("precision", 0) == 0;
}

std::optional<std::vector<float>> scales_from(const Tensor& tensor) {
  std::vector<float> scales;
  scales.reserve(static_cast<std::size_t>(tensor.elements()));
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    const auto scale = static_cast<float>(tensor.number_at(i));
    if (!std::isfinite(scale) || scale <= 0) {
      return std::nullopt;
    }
    scales.push_back(scale);
  }
  return scales;
}

std::vector<std::int32_t> zero_points_from(const Tensor& tensor) {
  std::vector<std::int32_t> zero_points;
  zero_points.reserve(static_cast<std::size_t>(tensor.elements()));
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    zero_points.push_back(static_cast<std::int32_t>(tensor.integer_at(i)));
  }
  return zero_points;
}

/// Integers that a Quantization can hold without loss.
bool storable(DType dtype) {
  return tensor::is_integer(dtype) && dtype != DType::kI64 && dtype != DType::kU64 &&
         dtype != DType::kU32;
}

/// One scale a block along `axis`.
tensor::Shape blocked_scales_shape(tensor::Shape extents, std::size_t axis, std::int64_t block) {
  extents[axis] = extents[axis] / block + (extents[axis] % block != 0 ? 1 : 0);
  return extents;
}

/// Axis and block size, checked against the extents; false if they do not fit or are not known.
bool take_layout(const Node& node, const Tensor& scale, const std::optional<SymbolicShape>& shape,
                 Quantization& q) {
  const std::int64_t block = node.integer_or("block_size", 0);
  if (block == 0 && scale.elements() == 1 && scale.shape().rank() <= 1) {
    return true;  // one scale for all, whatever the axis says
  }
  if (!shape || block < 0) {
    return false;
  }
  const auto axis = tensor::normalize_axis(node.integer_or("axis", 1), shape->size());
  if (!axis || (block == 0 && scale.shape().rank() != 1)) {
    return false;
  }
  q.axis = static_cast<int>(*axis);
  q.block_size = block;
  if (block == 0) {
    return (*shape)[*axis].size() == scale.elements();
  }
  const auto extents = concrete(*shape);
  return extents && tensor::checked_elements(extents->dims()).has_value() &&
         scale.shape() == blocked_scales_shape(*extents, *axis, block);
}

std::optional<DType> expressed_type(const Node& node, DType scale_type) {
  if (is_quantize(node) || node.integer_or("output_dtype", 0) == 0) {
    return scale_type;
  }
  const std::int64_t number = node.integer_or("output_dtype", 0);
  return number > 0 && number < 1000 ? onnx::dtype_from_onnx(static_cast<int>(number))
                                     : std::nullopt;
}

DType stored_without_zero_point(const Node& node, DType known_stored) {
  if (known_stored != DType::kUndefined) {
    return known_stored;
  }
  const std::int64_t number = node.integer_or("output_dtype", 0);
  if (is_quantize(node) && number > 0 && number < 1000) {
    return onnx::dtype_from_onnx(static_cast<int>(number)).value_or(DType::kUndefined);
  }
  return is_quantize(node) ? DType::kU8 : DType::kUndefined;
}

}  // namespace

bool is_quantize(const Node& node) {
  return node.op_type == kQuantize && known_domain(node) && node.inputs.size() >= 2 &&
         node.inputs.size() <= 3 && node.outputs.size() == 1 && node.outputs[0] != kNoValue &&
         node.inputs[0] != kNoValue && node.inputs[1] != kNoValue;
}

bool is_dequantize(const Node& node) {
  return node.op_type == kDequantize && known_domain(node) && node.inputs.size() >= 2 &&
         node.inputs.size() <= 3 && node.outputs.size() == 1 && node.outputs[0] != kNoValue &&
         node.inputs[0] != kNoValue && node.inputs[1] != kNoValue;
}

Constants::Constants(const Model& model)
    : model_(model),
      is_input_(model.value_count(), false),
      is_initializer_(model.value_count(), false),
      from_node_(model.value_count(), nullptr) {
  collect(model.graph);
}

void Constants::collect(const Graph& graph) {
  // Up to IR version 3 every initializer was listed as an input and none was meant to change.
  if (model_.ir_version == 0 || model_.ir_version >= 4) {
    for (const ValueId id : graph.inputs) {
      is_input_[index_of(id)] = true;
    }
  }
  for (const ValueId id : graph.constants) {
    is_initializer_[index_of(id)] = model_.value(id).constant.has_value();
  }
  for (const Node& node : graph.nodes) {
    const auto* data = node.is("Constant") ? node.attribute<Tensor>("value") : nullptr;
    if (data != nullptr && node.outputs.size() == 1 && node.outputs[0] != kNoValue) {
      from_node_[index_of(node.outputs[0])] = data;
    }
    for (const Graph* inner : subgraphs_of(node)) {
      collect(*inner);
    }
  }
}

bool Constants::is_initializer(ValueId id) const {
  return id != kNoValue && is_initializer_[index_of(id)] && !is_input_[index_of(id)];
}

const Tensor* Constants::find(ValueId id) const {
  if (id == kNoValue) {
    return nullptr;
  }
  return is_initializer(id) ? &*model_.value(id).constant : from_node_[index_of(id)];
}

std::optional<Quantization> parameters_of(const Node& node, const Constants& constants,
                                          const std::optional<SymbolicShape>& shape,
                                          DType known_stored) {
  const Tensor* scale = constants.find(node.inputs[1]);
  const bool has_zero_point = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  const Tensor* zero_point = has_zero_point ? constants.find(node.inputs[2]) : nullptr;
  if (scale == nullptr || (has_zero_point && zero_point == nullptr) ||
      !only_known_attributes(node) || scale->elements() == 0) {
    return std::nullopt;
  }
  const DType type = scale->dtype();
  if (type != DType::kF32 && type != DType::kF16 && type != DType::kBf16) {
    return std::nullopt;
  }
  Quantization q;
  q.expressed = expressed_type(node, type).value_or(DType::kUndefined);
  q.stored =
      zero_point != nullptr ? zero_point->dtype() : stored_without_zero_point(node, known_stored);
  // Scales of one type that make values of another round differently: such nodes stay.
  if (q.expressed != type || !storable(q.stored) ||
      (known_stored != DType::kUndefined && known_stored != q.stored)) {
    return std::nullopt;
  }
  auto scales = scales_from(*scale);
  if (!scales || (zero_point != nullptr && zero_point->elements() != scale->elements())) {
    return std::nullopt;
  }
  q.scales = std::move(*scales);
  if (zero_point != nullptr) {
    q.zero_points = zero_points_from(*zero_point);
  }
  if (!take_layout(node, *scale, shape, q)) {
    return std::nullopt;
  }
  return q;
}

bool same_meaning(const Quantization& a, const Quantization& b) {
  if (a.stored != b.stored || a.expressed != b.expressed || a.scales != b.scales ||
      a.axis != b.axis || a.block_size != b.block_size) {
    return false;
  }
  for (std::size_t i = 0; i < a.scales.size(); ++i) {
    if (a.zero_point(i) != b.zero_point(i)) {
      return false;
    }
  }
  return true;
}

}  // namespace arete::model::qdq
